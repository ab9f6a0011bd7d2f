//! The verbs of the demo corpus: which pairs of types each joins, and by which relation.

use super::kinds::Bond::{Acquires, AllyOf, LocatedIn, Makes, RivalOf, WorksFor};
use super::kinds::Kind::{Event, Organization, Person, Place, Product};
use super::kinds::{Bond, Kind};

/// A verb in one of its uses.
pub(super) struct Verb {
    /// After "did not", "plans to": the infinitive.
    pub(super) base: &'static str,
    /// The plain past.
    pub(super) past: &'static str,
    /// The participle of the passive, or nothing where there is none.
    pub(super) participle: &'static str,
    pub(super) subject: Kind,
    pub(super) object: Kind,
    /// The relation it states, and whether the object is its head.
    pub(super) bond: Option<(Bond, bool)>,
}

const fn verb(
    subject: Kind,
    [base, past, participle]: [&'static str; 3],
    object: Kind,
    bond: Option<(Bond, bool)>,
) -> Verb {
    Verb {
        base,
        past,
        participle,
        subject,
        object,
        bond,
    }
}

const WORKS: Option<(Bond, bool)> = Some((WorksFor, false));
const EMPLOYS: Option<(Bond, bool)> = Some((WorksFor, true));
const LIES_IN: Option<(Bond, bool)> = Some((LocatedIn, false));
const HOSTS: Option<(Bond, bool)> = Some((LocatedIn, true));
const MAKES: Option<(Bond, bool)> = Some((Makes, false));
const BUYS: Option<(Bond, bool)> = Some((Acquires, false));
const FIGHTS: Option<(Bond, bool)> = Some((RivalOf, false));
const HELPS: Option<(Bond, bool)> = Some((AllyOf, false));

/// All uses of all verbs.
pub(super) const VERBS: &[Verb] = &[
    verb(Person, ["join", "joined", ""], Organization, WORKS),
    verb(Person, ["work for", "worked for", ""], Organization, WORKS),
    verb(Organization, ["hire", "hired", "hired"], Person, EMPLOYS),
    verb(Person, ["settle in", "settled in", ""], Place, LIES_IN),
    verb(
        Organization,
        ["settle in", "settled in", ""],
        Place,
        LIES_IN,
    ),
    verb(Event, ["open in", "opened in", ""], Place, LIES_IN),
    verb(Event, ["move to", "moved to", ""], Place, LIES_IN),
    verb(Place, ["host", "hosted", "hosted"], Event, HOSTS),
    verb(Organization, ["build", "built", "built"], Product, MAKES),
    verb(
        Organization,
        ["launch", "launched", "launched"],
        Product,
        MAKES,
    ),
    verb(Person, ["build", "built", "built"], Product, MAKES),
    verb(
        Organization,
        ["buy", "bought", "bought"],
        Organization,
        BUYS,
    ),
    verb(
        Organization,
        ["take over", "took over", "taken over"],
        Organization,
        BUYS,
    ),
    verb(Person, ["buy", "bought", "bought"], Organization, BUYS),
    verb(
        Person,
        ["take over", "took over", "taken over"],
        Organization,
        BUYS,
    ),
    verb(Organization, ["buy", "bought", "bought"], Product, BUYS),
    verb(
        Organization,
        ["take over", "took over", "taken over"],
        Product,
        BUYS,
    ),
    verb(
        Organization,
        ["compete with", "competed with", ""],
        Organization,
        FIGHTS,
    ),
    verb(
        Organization,
        ["fight", "fought", "fought"],
        Organization,
        FIGHTS,
    ),
    verb(
        Person,
        ["compete with", "competed with", ""],
        Person,
        FIGHTS,
    ),
    verb(Person, ["fight", "fought", "fought"], Person, FIGHTS),
    verb(
        Organization,
        ["work with", "worked with", ""],
        Organization,
        HELPS,
    ),
    verb(
        Organization,
        ["back", "backed", "backed"],
        Organization,
        HELPS,
    ),
    verb(Person, ["work with", "worked with", ""], Person, HELPS),
    verb(Person, ["back", "backed", "backed"], Person, HELPS),
    verb(Person, ["sue", "sued", "sued"], Organization, None),
    verb(Person, ["leave", "left", ""], Organization, None),
    verb(Person, ["praise", "praised", "praised"], Organization, None),
    verb(Organization, ["sue", "sued", "sued"], Person, None),
    verb(Organization, ["praise", "praised", "praised"], Person, None),
    verb(Organization, ["ignore", "ignored", "ignored"], Person, None),
    verb(Person, ["meet", "met", ""], Person, None),
    verb(Person, ["sue", "sued", "sued"], Person, None),
    verb(Person, ["praise", "praised", "praised"], Person, None),
    verb(Organization, ["sue", "sued", "sued"], Organization, None),
    verb(
        Organization,
        ["praise", "praised", "praised"],
        Organization,
        None,
    ),
    verb(Person, ["visit", "visited", "visited"], Place, None),
    verb(Person, ["leave", "left", ""], Place, None),
    verb(Person, ["praise", "praised", "praised"], Place, None),
    verb(Organization, ["leave", "left", ""], Place, None),
    verb(Organization, ["praise", "praised", "praised"], Place, None),
    verb(Event, ["avoid", "avoided", ""], Place, None),
    verb(Place, ["ignore", "ignored", "ignored"], Event, None),
    verb(
        Organization,
        ["praise", "praised", "praised"],
        Product,
        None,
    ),
    verb(Organization, ["test", "tested", "tested"], Product, None),
    verb(Person, ["test", "tested", "tested"], Product, None),
    verb(Person, ["praise", "praised", "praised"], Product, None),
    verb(Person, ["visit", "visited", "visited"], Event, None),
    verb(Person, ["praise", "praised", "praised"], Event, None),
    verb(Organization, ["praise", "praised", "praised"], Event, None),
    verb(Organization, ["ignore", "ignored", "ignored"], Event, None),
];

impl Verb {
    /// Whether the verb takes subjects of other types too, so that it does not give the type away.
    pub(super) fn hides_subject(&self) -> bool {
        VERBS
            .iter()
            .any(|verb| verb.base == self.base && verb.subject != self.subject)
    }

    /// The same for the object.
    pub(super) fn hides_object(&self) -> bool {
        VERBS
            .iter()
            .any(|verb| verb.base == self.base && verb.object != self.object)
    }

    /// Whether persons and organizations can both be subjects with this type of object, so that even the
    /// object leaves open which of them a pronoun in the subject's place is.
    pub(super) fn fits_agents(&self) -> bool {
        [Person, Organization].into_iter().all(|kind| {
            VERBS.iter().any(|verb| {
                verb.base == self.base && verb.object == self.object && verb.subject == kind
            })
        })
    }
}
