//! Where a walk through a module's fields is.

/// The path of fields from a module down to the one that a visitor or mapper has
/// reached. Both are told when a walk enters and leaves a field, and nothing else.
#[derive(Debug, Default)]
pub(crate) struct ModulePath {
    fields: Vec<String>,
    containers: Vec<String>,
}

impl ModulePath {
    /// Goes down to a field, which lies in a container of this type.
    pub(crate) fn enter(&mut self, name: &str, container: &str) {
        // Which of several architectures a module is does not belong to its name.
        if !is_enum(container) {
            self.fields.push(name.to_owned());
        }
        self.containers.push(container.to_owned());
    }

    /// Comes back from the field that was entered last.
    pub(crate) fn exit(&mut self) {
        if self.containers.pop().is_some_and(|it| !is_enum(&it)) {
            self.fields.pop();
        }
    }

    /// The fields, joined by dots.
    pub(crate) fn dotted(&self) -> String {
        self.fields.join(".")
    }

    /// The last field.
    pub(crate) fn field(&self) -> &str {
        self.fields.last().map_or("", String::as_str)
    }

    /// What the last field lies in: `Struct:Linear`.
    pub(crate) fn container(&self) -> &str {
        self.containers.last().map_or("", String::as_str)
    }
}

fn is_enum(container: &str) -> bool {
    container.starts_with("Enum:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_no_part_of_the_name() {
        let mut path = ModulePath::default();
        path.enter("encoder", "Struct:Model");
        path.enter("Bert", "Enum:Encoder");
        path.enter("weight", "Struct:Linear");
        assert_eq!(path.dotted(), "encoder.weight");
        assert_eq!(
            (path.field(), path.container()),
            ("weight", "Struct:Linear")
        );
        path.exit();
        path.exit();
        assert_eq!(
            (path.dotted().as_str(), path.container()),
            ("encoder", "Struct:Model")
        );
        path.exit();
        path.exit();
        assert_eq!((path.field(), path.container()), ("", ""));
    }
}
