//! Noun phrases: how a mention of each type is put into words.

use super::DemoConfig;
use super::dice::Dice;
use super::draft::{Draft, Mention};
use super::kinds::{Bond, Kind};
use super::lexicon as words;
use super::names::Names;
use crate::corpus::{Span, Split};

/// Share of training names drawn from the rare ones.
const RARE: f64 = 0.06;

/// Says noun phrases for documents of one split.
pub(super) struct Speaker<'a> {
    pub(super) config: &'a DemoConfig,
    pub(super) names: &'a Names,
    pub(super) split: Split,
    pub(super) dice: Dice,
}

/// A name, and whether its own letters leave its type open.
struct Name {
    text: String,
    open: bool,
}

impl Speaker<'_> {
    /// Says a mention of this type and gives its place in the draft. `told` says that the words around it
    /// give its type away already, so that a name that leaves it open needs no word beside it.
    pub(super) fn mention(&mut self, draft: &mut Draft, kind: Kind, told: bool) -> usize {
        match kind {
            Kind::Person => self.person(draft, told),
            Kind::Organization => self.organization(draft, told),
            Kind::Place => self.place(draft, told),
            Kind::Product => self.product(draft),
            Kind::Event => self.event(draft),
            Kind::Role => self.role(draft),
        }
    }

    fn name(&mut self, kind: Kind) -> Name {
        let (pool, rare) = match self.split {
            Split::Train => (&self.names.rare, RARE),
            Split::Dev | Split::Test => (&self.names.unseen, self.config.unseen),
        };
        if self.dice.chance(rare) {
            return self.draw(pool, true);
        }
        let ambiguous = matches!(kind, Kind::Person | Kind::Organization | Kind::Place);
        if ambiguous && self.dice.chance(self.config.ambiguity) {
            return self.draw(&self.names.ambiguous, true);
        }
        let pool = match kind {
            Kind::Person | Kind::Role => &self.names.surnames,
            Kind::Organization => &self.names.firms,
            Kind::Place => &self.names.places,
            Kind::Product | Kind::Event => &self.names.products,
        };
        self.draw(pool, false)
    }

    fn draw(&mut self, pool: &[String], open: bool) -> Name {
        Name {
            text: pool[self.dice.below(pool.len())].clone(),
            open,
        }
    }

    fn person(&mut self, draft: &mut Draft, told: bool) -> usize {
        let name = self.name(Kind::Person);
        let bare = self.dice.chance(0.5);
        if bare && name.open && (!told || self.dice.chance(0.3)) {
            draft.say(self.dice.pick(words::TITLES));
        }
        let start = draft.words.len();
        if !bare {
            draft.say(self.dice.pick(words::GIVEN));
        }
        draft.say(&name.text);
        draft.mark(start, Kind::Person)
    }

    fn organization(&mut self, draft: &mut Draft, told: bool) -> usize {
        if self.dice.chance(self.config.nesting) {
            return self.nested_organization(draft);
        }
        let name = self.name(Kind::Organization);
        if self.dice.chance(0.5) {
            if name.open && (!told || self.dice.chance(0.3)) {
                draft.say(self.dice.pick(words::FIRM_CUES));
            }
            let start = draft.words.len();
            draft.say(&name.text);
            return draft.mark(start, Kind::Organization);
        }
        let start = self.quality(draft);
        draft.say(&name.text);
        draft.say(self.dice.pick(words::FIRMS));
        draft.mark(start, Kind::Organization)
    }

    /// An organization around a place: one with "of" lies there, one that only bears its name need not.
    fn nested_organization(&mut self, draft: &mut Draft) -> usize {
        if self.dice.chance(0.5) {
            let start = self.quality(draft);
            let inner = self.inner_place(draft);
            draft.say(self.dice.pick(words::FIRMS));
            return Self::around(draft, start, inner, Kind::Organization);
        }
        draft.say("the");
        let start = draft.words.len();
        draft.say(self.dice.pick(words::BODIES));
        draft.say("of");
        let inner = self.inner_place(draft);
        let outer = Self::around(draft, start, inner, Kind::Organization);
        draft.bind(outer, inner, Bond::LocatedIn);
        outer
    }

    /// A determiner and perhaps an adjective, which is where the mention starts.
    fn quality(&mut self, draft: &mut Draft) -> usize {
        let start = draft.words.len();
        if self.dice.chance(0.3) {
            draft.say("the");
            draft.say(self.dice.pick(words::QUALITIES));
        }
        start
    }

    fn inner_place(&mut self, draft: &mut Draft) -> usize {
        let name = self.name(Kind::Place);
        let start = draft.words.len();
        draft.say(&name.text);
        let inner = draft.mark(start, Kind::Place);
        draft.mentions[inner].inner = true;
        inner
    }

    fn around(draft: &mut Draft, start: usize, inner: usize, kind: Kind) -> usize {
        let outer = draft.mark(start, kind);
        debug_assert!(
            draft.mentions[outer]
                .span
                .contains(draft.mentions[inner].span)
        );
        outer
    }

    fn place(&mut self, draft: &mut Draft, told: bool) -> usize {
        let name = self.name(Kind::Place);
        match self.dice.weighted(&[6, 2, 2]) {
            0 => {
                if name.open && (!told || self.dice.chance(0.3)) {
                    draft.say(self.dice.pick(words::PLACE_CUES));
                }
                let start = draft.words.len();
                draft.say(&name.text);
                draft.mark(start, Kind::Place)
            }
            1 => {
                let start = draft.words.len();
                draft.say(&name.text);
                draft.say(self.dice.pick(words::LANDS));
                draft.mark(start, Kind::Place)
            }
            _ => {
                let start = draft.words.len();
                draft.say(self.dice.pick(words::QUARTERS));
                draft.say(&name.text);
                draft.mark(start, Kind::Place)
            }
        }
    }

    fn product(&mut self, draft: &mut Draft) -> usize {
        draft.say("the");
        let start = draft.words.len();
        match self.dice.weighted(&[3, 3, 3]) {
            0 => {
                let name = self.name(Kind::Product);
                draft.say(&name.text);
                draft.say(self.dice.pick(words::MODELS));
            }
            1 => {
                let name = self.name(Kind::Product);
                draft.say(&name.text);
                draft.say(self.dice.pick(words::THINGS));
            }
            _ => {
                if self.dice.chance(0.5) {
                    draft.say(self.dice.pick(words::QUALITIES));
                }
                draft.say(self.dice.pick(words::THINGS));
            }
        }
        draft.mark(start, Kind::Product)
    }

    fn event(&mut self, draft: &mut Draft) -> usize {
        draft.say("the");
        let start = draft.words.len();
        if self.dice.chance(0.25) {
            draft.say(self.dice.pick(words::ORDINALS));
            draft.say(self.dice.pick(words::OCCASIONS));
            return draft.mark(start, Kind::Event);
        }
        if self.dice.chance(0.3) {
            draft.say(self.dice.pick(words::ORDINALS));
        }
        if !self.dice.chance(self.config.nesting) {
            let name = self.name(Kind::Event);
            draft.say(&name.text);
            draft.say(self.dice.pick(words::EVENTS));
            return draft.mark(start, Kind::Event);
        }
        if self.dice.chance(0.5) {
            let inner = self.inner_place(draft);
            draft.say(self.dice.pick(words::EVENTS));
            return Self::around(draft, start, inner, Kind::Event);
        }
        draft.say(self.dice.pick(words::EVENTS));
        draft.say("of");
        let inner = self.inner_place(draft);
        let outer = Self::around(draft, start, inner, Kind::Event);
        draft.bind(outer, inner, Bond::LocatedIn);
        outer
    }

    pub(super) fn role(&mut self, draft: &mut Draft) -> usize {
        let start = draft.words.len();
        if self.dice.chance(0.6) {
            draft.say(self.dice.pick(words::RANKS));
        }
        draft.say(self.dice.pick(words::OFFICES));
        draft.mark(start, Kind::Role)
    }

    /// A pronoun-like mention for an antecedent of this type.
    pub(super) fn pronoun(&mut self, draft: &mut Draft, kind: Kind, forms: &[&str]) -> usize {
        draft.say(self.dice.pick(forms));
        let span = Span::new(0, draft.words.len() - 1);
        draft.mentions.push(Mention {
            span,
            kind,
            inner: false,
            pronoun: true,
        });
        draft.mentions.len() - 1
    }
}
