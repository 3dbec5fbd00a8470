//! Arbitrary values of a schema's types, as JSON text.

mod scalars;
mod smallest;
mod spelling;

use serde_json::{Map, Value};

use crate::random::Random;
use crate::shapes::{Message, ObjectShape, Shape, ShapeId, Shapes};
use smallest::Smallest;

/// A value: how it is spelled, and what of it bindings keep.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// JSON text.
    pub text: String,
    /// The same, without the members that bindings pass over.
    pub kept: Value,
}

/// What is made besides what the schema has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surprises {
    /// Nothing.
    None,
    /// What a newer server may send: further members, values of enums, branches of unions.
    Newer,
}

/// Makes values of a schema's types.
#[derive(Debug)]
pub struct Generator<'s> {
    shapes: &'s Shapes,
    smallest: Smallest,
}

impl<'s> Generator<'s> {
    /// One for the types of a schema.
    #[must_use]
    pub fn new(shapes: &'s Shapes) -> Self {
        Self { shapes, smallest: Smallest::of(shapes) }
    }

    /// Among how many values, branches or alternatives a value of the type chooses.
    #[must_use]
    pub fn choices(&self, id: ShapeId) -> usize {
        match self.shapes.shape(id) {
            Shape::Enum(values) => values.len(),
            Shape::Alternate(alternatives) => alternatives.len(),
            Shape::Object(ObjectShape { variants: Some(variants), .. }) => variants.branches.len(),
            _ => 1,
        }
    }

    /// A value of a type. `number` says which: the choices of the type itself come one after the other, and the first
    /// values have no more than they must.
    #[must_use]
    pub fn value(&self, id: ShapeId, number: usize, surprises: Surprises) -> Sample {
        let mut maker = self.maker(self.shapes.name(id), number, surprises);
        maker.choice = Some(self.choice(id, number, surprises));
        maker.value(id)
    }

    /// The arguments of the command or the data of the event of a name.
    #[must_use]
    pub fn data(&self, name: &str, message: &Message, number: usize, surprises: Surprises) -> Sample {
        let mut maker = self.maker(name, number, surprises);
        let nothing = ObjectShape::default();
        let object = match message.data.map(|id| (id, self.shapes.shape(id))) {
            Some((id, Shape::Object(object))) => {
                maker.choice = Some(self.choice(id, number, surprises));
                object
            }
            _ => &nothing,
        };
        maker.object(object, message.is_open)
    }

    fn choice(&self, id: ShapeId, number: usize, surprises: Surprises) -> Choice {
        match surprises {
            Surprises::Newer if number == 0 => Choice::Unknown,
            _ => Choice::Known(number % self.choices(id).max(1)),
        }
    }

    fn maker(&self, name: &str, number: usize, surprises: Surprises) -> Maker<'_> {
        let fuel = [0, 4, 16, 64].get(number).copied().unwrap_or(32);
        let random = Random::new(name, number);
        Maker { shapes: self.shapes, smallest: &self.smallest, random, surprises, fuel, choice: None }
    }
}

/// What an enum or a union chooses.
#[derive(Debug, Clone, Copy)]
enum Choice {
    /// A value or branch of the schema.
    Known(usize),
    /// Another one.
    Unknown,
}

/// A member that was made.
struct Made {
    name: String,
    value: Sample,
    is_kept: bool,
}

/// Makes one value.
struct Maker<'g> {
    shapes: &'g Shapes,
    smallest: &'g Smallest,
    random: Random,
    surprises: Surprises,
    /// How many more values may be made beyond those that must be: what ends recursion.
    fuel: u32,
    /// What the outermost type chooses.
    choice: Option<Choice>,
}

impl Maker<'_> {
    fn value(&mut self, id: ShapeId) -> Sample {
        self.fuel = self.fuel.saturating_sub(1);
        let kept = match self.shapes.shape(id) {
            Shape::Null => Value::Null,
            Shape::Bool => self.random.once_in(2).into(),
            Shape::String => scalars::string(&mut self.random).into(),
            Shape::Any => scalars::any(&mut self.random),
            Shape::Integer(least, most) => scalars::integer(&mut self.random, *least, *most),
            Shape::Enum(values) => self.enum_value(values).into(),
            Shape::Number => {
                let text = scalars::number(&mut self.random);
                return Sample { kept: serde_json::from_str(&text).unwrap_or_default(), text };
            }
            Shape::Array(element) => return self.array(*element),
            Shape::Object(object) => return self.object(object, false),
            Shape::Alternate(alternatives) => {
                let smallest = self.smallest.of_all(alternatives.iter().map(|id| Some(*id)));
                // Alternates are told apart by JSON type, so that none is new.
                let index = self.chosen(alternatives.len(), smallest).unwrap_or(smallest);
                return self.value(alternatives[index]);
            }
        };
        Sample { text: spelling::value(&mut self.random, &kept), kept }
    }

    /// Which of several; `None` if it is to be another one.
    fn chosen(&mut self, count: usize, smallest: usize) -> Option<usize> {
        match self.choice.take() {
            Some(Choice::Known(index)) if index < count => Some(index),
            Some(Choice::Unknown) => None,
            _ if self.surprises == Surprises::Newer && self.random.once_in(4) => None,
            _ if self.fuel == 0 => (smallest < count).then_some(smallest),
            _ => (count > 0).then(|| self.random.below(count)),
        }
    }

    fn enum_value(&mut self, values: &[String]) -> String {
        let any = self.random.below(values.len().max(1));
        match self.chosen(values.len(), any) {
            Some(index) => values[index].clone(),
            None => self.unknown_name(),
        }
    }

    fn array(&mut self, element: ShapeId) -> Sample {
        let length = if self.fuel == 0 { 0 } else { self.random.below(4) };
        let elements: Vec<_> = (0..length).map(|_| self.value(element)).collect();
        let texts = elements.iter().map(|element| element.text.as_str());
        let text = spelling::array(&mut self.random, texts);
        Sample { text, kept: elements.into_iter().map(|element| element.kept).collect() }
    }

    /// An object. One that is open keeps what the schema does not know.
    fn object(&mut self, object: &ObjectShape, is_open: bool) -> Sample {
        let mut members = Vec::new();
        let has_unknown_branch = self.members(object, &mut members);
        if is_open || self.surprises == Surprises::Newer {
            self.unknown_members(&mut members, is_open || has_unknown_branch);
        }
        self.random.shuffle(&mut members);
        let texts = members.iter().map(|member| (member.name.as_str(), member.value.text.as_str()));
        let text = spelling::object(&mut self.random, texts);
        let kept = members.into_iter().filter(|member| member.is_kept);
        Sample {
            text,
            kept: kept.map(|member| (member.name, member.value.kept)).collect::<Map<_, _>>().into(),
        }
    }

    /// Makes the members of an object. Says whether there is a branch among them that the schema does not know.
    fn members(&mut self, object: &ObjectShape, made: &mut Vec<Made>) -> bool {
        let branch = object.variants.as_ref().map(|variants| {
            let smallest = self.smallest.of_all(variants.branches.iter().map(|(_, branch)| *branch));
            let branch = self.chosen(variants.branches.len(), smallest);
            (&variants.tag, branch.map(|index| &variants.branches[index]))
        });
        // What is made last finds little fuel left. It shall not always be the same.
        let mut members: Vec<_> = object.members.iter().collect();
        self.random.shuffle(&mut members);
        for member in members {
            let value = match &branch {
                Some((tag, branch)) if **tag == member.name => {
                    let value = branch.map_or_else(|| self.unknown_name(), |(value, _)| value.clone());
                    Sample {
                        text: spelling::value(&mut self.random, &value.as_str().into()),
                        kept: value.into(),
                    }
                }
                _ if member.is_optional && (self.fuel == 0 || self.random.once_in(2)) => continue,
                _ => self.value(member.shape),
            };
            made.push(Made { name: member.name.clone(), value, is_kept: true });
        }
        match branch {
            None | Some((_, Some((_, None)))) => false,
            Some((_, None)) => {
                self.unknown_members(made, true);
                true
            }
            Some((_, Some((_, Some(id))))) => match self.shapes.shape(*id) {
                Shape::Object(object) => self.members(object, made),
                _ => false,
            },
        }
    }

    fn unknown_members(&mut self, made: &mut Vec<Made>, is_kept: bool) {
        for _ in 0..self.random.below(3) {
            let kept = scalars::any(&mut self.random);
            let value = Sample { text: spelling::value(&mut self.random, &kept), kept };
            made.push(Made { name: self.unknown_name(), value, is_kept });
        }
    }

    /// A name that no schema has: it is not in ASCII.
    fn unknown_name(&mut self) -> String {
        format!("x-ünknown-{:x}", self.random.bits())
    }
}
