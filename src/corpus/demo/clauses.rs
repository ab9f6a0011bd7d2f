//! Clauses and sentences: a subject, what it did to whom, and what is said around it.
//!
//! The relation of two mentions is decided by the words between them: the verb, its voice, a denial, a
//! coordination or a contrast; every sentence with a relation also holds mentions that are not related.

use super::draft::Draft;
use super::kinds::{Bond, Kind};
use super::lexicon as words;
use super::phrases::Speaker;
use super::verbs::{VERBS, Verb};

/// Share of clauses that deny what their verb states.
const DENIED: f64 = 0.12;
/// Share of clauses in the passive, where the verb has one.
const PASSIVE: f64 = 0.3;
/// Share of person subjects told by their role instead of their name.
const ROLE: f64 = 0.3;

/// Relations in the proportion in which clauses state them; the last is none.
const BONDS: [Option<Bond>; 7] = [
    Some(Bond::WorksFor),
    Some(Bond::LocatedIn),
    Some(Bond::Makes),
    Some(Bond::Acquires),
    Some(Bond::RivalOf),
    Some(Bond::AllyOf),
    None,
];
const WEIGHTS: [usize; 7] = [4, 3, 3, 4, 3, 3, 9];

/// A subject already said: its places in the draft and its type as the verb sees it.
struct Subject {
    places: Vec<usize>,
    kind: Kind,
}

/// The antecedent of a sentence's opening pronoun.
#[derive(Clone, Copy)]
pub(super) struct Antecedent(pub(super) Kind);

impl Speaker<'_> {
    /// One sentence, of whatever length and number of mentions comes out.
    pub(super) fn sentence(&mut self, antecedent: Option<Antecedent>) -> Draft {
        let mut draft = Draft::default();
        if let Some(Antecedent(kind)) = antecedent {
            self.anaphoric(&mut draft, kind);
        } else if self.dice.chance(0.1) {
            self.remark(&mut draft);
        } else {
            self.lead(&mut draft);
            self.body(&mut draft);
        }
        if self.dice.chance(0.4) {
            self.adjunct(&mut draft);
        }
        if self.dice.chance(0.3) {
            draft.say(self.dice.pick(words::TAILS));
        }
        draft.say(".");
        draft
    }

    fn lead(&mut self, draft: &mut Draft) {
        match self.dice.weighted(&[8, 3, 1, 1]) {
            1 => {
                let lead = self.dice.pick(words::LEADS);
                draft.say(lead);
                if !lead.ends_with("that") {
                    draft.say(",");
                }
            }
            2 => {
                draft.say("unlike");
                self.any_agent(draft);
                draft.say(",");
            }
            3 => {
                draft.say("according to");
                self.mention(draft, Kind::Person, false);
                draft.say(",");
            }
            _ => {}
        }
    }

    fn any_agent(&mut self, draft: &mut Draft) -> usize {
        let kind = self.dice.pick(&[Kind::Person, Kind::Organization]);
        self.mention(draft, kind, false)
    }

    /// Mentions that nobody in the sentence is related to.
    fn adjunct(&mut self, draft: &mut Draft) {
        match self.dice.weighted(&[3, 3, 2, 2, 2]) {
            0 => {
                draft.say("near");
                self.mention(draft, Kind::Place, true);
            }
            1 => {
                draft.say("at");
                let event = self.mention(draft, Kind::Event, true);
                if self.dice.chance(0.4) {
                    draft.say("in");
                    let place = self.mention(draft, Kind::Place, true);
                    draft.bind(event, place, Bond::LocatedIn);
                }
            }
            2 => {
                draft.say("without the");
                self.role(draft);
            }
            3 => {
                draft.say("despite");
                self.any_agent(draft);
            }
            _ => {
                draft.say("on the way to");
                self.mention(draft, Kind::Place, true);
            }
        }
    }

    /// A sentence that states no relation between its few mentions.
    fn remark(&mut self, draft: &mut Draft) {
        let kind = self.dice.pick(&[
            Kind::Person,
            Kind::Organization,
            Kind::Product,
            Kind::Event,
            Kind::Place,
        ]);
        draft.say(self.dice.pick(words::LEADS));
        if draft.words.last().is_some_and(|word| word != "that") {
            draft.say(",");
        }
        self.mention(draft, kind, false);
        draft.say(self.dice.pick(words::REMARKS));
    }

    fn body(&mut self, draft: &mut Draft) {
        let verb = self.verb(None);
        match self.dice.weighted(&[5, 3, 2]) {
            0 => {
                self.clause(draft, verb);
                draft.say(self.dice.pick(words::JOINS));
                let next = self.verb(None);
                self.clause(draft, next);
            }
            1 => {
                let subject = self.subject(draft, verb);
                self.predicate(draft, &subject, verb, false);
                draft.say("and");
                let next = self.verb(Some(subject.kind));
                self.predicate(draft, &subject, next, true);
            }
            _ => {
                let subject = self.subject(draft, verb);
                if draft.words.last().is_some_and(|word| word != ",") {
                    draft.say(",");
                }
                draft.say(if subject.kind == Kind::Person {
                    "who"
                } else {
                    "which"
                });
                let next = self.verb(Some(subject.kind));
                self.predicate(draft, &subject, next, true);
                draft.say(",");
                self.predicate(draft, &subject, verb, false);
            }
        }
    }

    /// A pronoun-like subject in the place of the antecedent, in a clause whose verb leaves the type open.
    fn anaphoric(&mut self, draft: &mut Draft, kind: Kind) {
        let latter = kind == Kind::Person || (kind == Kind::Organization && self.dice.chance(0.6));
        if latter {
            let pronoun = self.pronoun(draft, kind, words::LATTER);
            let subject = Subject {
                places: vec![pronoun],
                kind,
            };
            let open: Vec<&Verb> = VERBS
                .iter()
                .filter(|verb| verb.subject == kind && verb.fits_agents())
                .collect();
            let verb = self.dice.pick(&open);
            self.predicate(draft, &subject, verb, true);
        } else {
            self.pronoun(draft, kind, words::IT);
            if self.dice.chance(0.4) {
                draft.say(self.dice.pick(words::REMARKS));
            } else {
                // Praise is what can befall things of every type.
                draft.say("was praised by");
                self.mention(draft, Kind::Person, false);
            }
        }
        draft.say(self.dice.pick(words::JOINS));
        let next = self.verb(None);
        self.clause(draft, next);
    }

    /// A verb, its relation drawn first so that all are common.
    fn verb(&mut self, subject: Option<Kind>) -> &'static Verb {
        loop {
            let bond = BONDS[self.dice.weighted(&WEIGHTS)];
            let fits: Vec<&Verb> = VERBS
                .iter()
                .filter(|verb| verb.bond.map(|(bond, _)| bond) == bond)
                .filter(|verb| subject.is_none_or(|kind| verb.subject == kind))
                .collect();
            if !fits.is_empty() {
                return self.dice.pick(&fits);
            }
        }
    }

    fn clause(&mut self, draft: &mut Draft, verb: &Verb) {
        if !verb.participle.is_empty() && self.dice.chance(PASSIVE) {
            return self.passive(draft, verb);
        }
        let subject = self.subject(draft, verb);
        self.predicate(draft, &subject, verb, false);
    }

    fn subject(&mut self, draft: &mut Draft, verb: &Verb) -> Subject {
        let kind = verb.subject;
        if kind == Kind::Person && self.dice.chance(ROLE) {
            draft.say(self.dice.pick(&["the", "a"]));
            let role = self.role(draft);
            return Subject {
                places: vec![role],
                kind,
            };
        }
        let first = self.mention(draft, kind, !verb.hides_subject());
        let mut places = vec![first];
        match self.dice.weighted(&[14, 2, 1, 2]) {
            1 => {
                draft.say("and");
                places.push(self.mention(draft, kind, !verb.hides_subject()));
            }
            2 => {
                draft.say(self.dice.pick(&["but not", "rather than"]));
                self.mention(draft, kind, !verb.hides_subject());
            }
            3 => self.apposition(draft, first, kind),
            _ => {}
        }
        Subject { places, kind }
    }

    /// What a subject is, or was once.
    fn apposition(&mut self, draft: &mut Draft, subject: usize, kind: Kind) {
        let holds = self.dice.chance(0.6);
        match kind {
            Kind::Person => {
                draft.say(if holds { ", a" } else { ", a former" });
                self.role(draft);
                draft.say("at");
                let firm = self.mention(draft, Kind::Organization, false);
                if holds {
                    draft.bind(subject, firm, Bond::WorksFor);
                }
                draft.say(",");
            }
            Kind::Organization => {
                draft.say(if holds {
                    ", based in"
                } else {
                    ", once based in"
                });
                let place = self.mention(draft, Kind::Place, true);
                if holds {
                    draft.bind(subject, place, Bond::LocatedIn);
                }
                draft.say(",");
            }
            _ => {}
        }
    }

    /// The verb and its object, after a subject already said; `short` leaves the object single.
    fn predicate(&mut self, draft: &mut Draft, subject: &Subject, verb: &Verb, short: bool) {
        let denied = self.dice.chance(DENIED);
        if denied {
            draft.say(self.dice.pick(words::DENIALS));
            draft.say(verb.base);
        } else if self.dice.chance(0.25) {
            draft.say(self.dice.pick(words::ASSERTIONS));
            draft.say(verb.base);
        } else {
            draft.say(verb.past);
        }
        let objects = self.objects(draft, verb.object, !verb.hides_object(), short);
        if !denied {
            for &subject in &subject.places {
                for &object in &objects {
                    bind(draft, verb, subject, object);
                }
            }
        }
    }

    fn passive(&mut self, draft: &mut Draft, verb: &Verb) {
        let objects = self.objects(draft, verb.object, !verb.hides_object(), true);
        let denied = self.dice.chance(DENIED);
        draft.say(match (denied, self.dice.chance(0.4)) {
            (true, true) => "was never",
            (true, false) => "was not",
            (false, true) => "has been",
            (false, false) => "was",
        });
        draft.say(verb.participle);
        draft.say("by");
        let subject = self.mention(draft, verb.subject, !verb.hides_subject());
        if !denied {
            for &object in &objects {
                bind(draft, verb, subject, object);
            }
        }
    }

    fn objects(&mut self, draft: &mut Draft, kind: Kind, told: bool, short: bool) -> Vec<usize> {
        let mut places = vec![self.mention(draft, kind, told)];
        if !short {
            match self.dice.weighted(&[6, 1, 1]) {
                1 => {
                    draft.say("and");
                    places.push(self.mention(draft, kind, told));
                }
                2 => {
                    draft.say(self.dice.pick(&["but not", "instead of"]));
                    self.mention(draft, kind, told);
                }
                _ => {}
            }
        }
        places
    }
}

fn bind(draft: &mut Draft, verb: &Verb, subject: usize, object: usize) {
    if let Some((bond, backward)) = verb.bond {
        let (head, tail) = if backward {
            (object, subject)
        } else {
            (subject, object)
        };
        draft.bind(head, tail, bond);
    }
}
