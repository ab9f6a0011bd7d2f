//! The demo corpus's label inventory.

/// An entity type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Person,
    Organization,
    Place,
    Product,
    Event,
    Role,
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [
        Self::Person,
        Self::Organization,
        Self::Place,
        Self::Product,
        Self::Event,
        Self::Role,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Organization => "Organization",
            Self::Place => "Place",
            Self::Product => "Product",
            Self::Event => "Event",
            Self::Role => "Role",
        }
    }
}

/// A relation type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Bond {
    WorksFor,
    LocatedIn,
    Makes,
    Acquires,
    RivalOf,
    AllyOf,
}

impl Bond {
    pub(super) const ALL: [Self; 6] = [
        Self::WorksFor,
        Self::LocatedIn,
        Self::Makes,
        Self::Acquires,
        Self::RivalOf,
        Self::AllyOf,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::WorksFor => "works-for",
            Self::LocatedIn => "located-in",
            Self::Makes => "makes",
            Self::Acquires => "acquires",
            Self::RivalOf => "rival-of",
            Self::AllyOf => "ally-of",
        }
    }

    /// Whether the relation has no direction; it is annotated once, from the earlier mention.
    pub(super) fn symmetric(self) -> bool {
        matches!(self, Self::RivalOf | Self::AllyOf)
    }
}
