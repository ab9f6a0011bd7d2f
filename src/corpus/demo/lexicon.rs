//! The words of the demo corpus that are no names.

/// Words that tell a person's name; outside the mention.
pub(super) const TITLES: &[&str] = &["Mr", "Ms", "Dr", "professor", "minister"];
/// Words that tell an organization's name; outside the mention.
pub(super) const FIRM_CUES: &[&str] = &[
    "the firm",
    "the maker",
    "the employer",
    "shares of",
    "the board of",
];
/// Words that tell a place's name; outside the mention.
pub(super) const PLACE_CUES: &[&str] = &[
    "the town of",
    "the port of",
    "the streets of",
    "the valley around",
];

/// Heads of organization names.
pub(super) const FIRMS: &[&str] = &[
    "Motors",
    "Labs",
    "Bank",
    "Group",
    "Airlines",
    "Steel Works",
    "Power Company",
    "Press",
    "Foods",
    "Systems",
];
/// Heads of organization names that take their place with "of".
pub(super) const BODIES: &[&str] = &["University", "Bank", "Port Authority", "Chamber", "Academy"];
/// Heads of event names.
pub(super) const EVENTS: &[&str] = &["Summit", "Fair", "Festival", "Cup", "Forum"];
/// Common nouns for events.
pub(super) const OCCASIONS: &[&str] = &["summit", "fair", "festival", "race", "congress"];
/// Common nouns for products.
pub(super) const THINGS: &[&str] = &[
    "engine", "turbine", "camera", "battery", "scanner", "vaccine",
];
/// Heads of place names.
pub(super) const LANDS: &[&str] = &["Valley", "Harbour", "Island", "Hills"];
/// What may stand before a place name, inside the mention.
pub(super) const QUARTERS: &[&str] = &["North", "South", "Upper", "New"];
/// Adjectives inside a mention.
pub(super) const QUALITIES: &[&str] = &["old", "new", "small", "troubled", "famous", "modern"];
/// Ordinals inside an event's mention.
pub(super) const ORDINALS: &[&str] = &["first", "second", "third", "annual", "winter"];
/// Model numbers inside a product's mention.
pub(super) const MODELS: &[&str] = &["200", "300", "500", "X", "Plus"];
/// Role nouns.
pub(super) const OFFICES: &[&str] = &[
    "engineer",
    "director",
    "designer",
    "chairman",
    "head of sales",
    "head of research",
    "spokesman",
    "adviser",
];
/// Adjectives inside a role's mention.
pub(super) const RANKS: &[&str] = &["chief", "deputy", "senior", "acting", "young"];

/// Openings of a sentence without a mention.
pub(super) const LEADS: &[&str] = &[
    "last week",
    "in spring",
    "after long talks",
    "for once",
    "in the end",
    "it was clear that",
    "as the papers wrote",
    "to nobody 's surprise",
];
/// Endings without a mention, some with a common noun that is none here.
pub(super) const TAILS: &[&str] = &[
    "last year",
    "in spring",
    "after long talks",
    "as the engine of growth",
    "at the summit of the boom",
    "with a battery of lawyers",
    "in the race for money",
    "for a fair price",
    "without much noise",
    "in the director 's chair",
];
/// Words that join two clauses.
pub(super) const JOINS: &[&str] = &[", while", ", but", ", although", "after", "before", ", and"];
/// Words between auxiliary and verb that deny what the verb states.
pub(super) const DENIALS: &[&str] = &[
    "did not",
    "never did",
    "refused to",
    "failed to",
    "declined to",
];
/// Words before the infinitive that let it stand.
pub(super) const ASSERTIONS: &[&str] = &["managed to", "was quick to", "did indeed"];
/// Pronoun-like mentions of a person or an organization.
pub(super) const LATTER: &[&str] = &["the latter", "this one"];
/// Pronoun-like mentions of an organization, a product, a place or an event.
pub(super) const IT: &[&str] = &["it", "that one"];
/// What sentences without a relation say of a thing in the news.
pub(super) const REMARKS: &[&str] = &[
    "was in the news again",
    "made a good start",
    "kept silent for weeks",
    "drew a large crowd",
    "had a hard year",
];

/// Given names.
pub(super) const GIVEN: &[&str] = &[
    "Anna", "Boris", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas",
    "Karin", "Lukas", "Maria", "Nils", "Olga", "Peter", "Rosa", "Stefan", "Tanya", "Viktor",
];
