//! What tests against values of other programs have in common: the folders of the oracles, what their JSON files hold,
//! and how far off values are.
//!
//! `tests/oracles` is ours; a folder with sets of someone else's can be named by `SWEEP_ORACLES`.

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use serde_json::Value;

/// The folders with oracles of this kind (`encoders`, `stats`, …), ours first.
pub(crate) fn folders(kind: &str) -> Vec<PathBuf> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles");
    let named = std::env::var_os("SWEEP_ORACLES").map(PathBuf::from);
    if named.is_none() {
        eprintln!("skipped: SWEEP_ORACLES is not set");
    }
    let roots = std::iter::once(ours).chain(named);
    let mut folders: Vec<PathBuf> = roots.map(|root| root.join(kind)).collect();
    folders.retain(|folder| {
        if !folder.is_dir() {
            eprintln!("skipped: there is no folder {}", folder.display());
        }
        folder.is_dir()
    });
    assert!(!folders.is_empty(), "there is no oracle of {kind}");
    folders
}

/// The content of a JSON file.
pub(crate) fn read(path: &Path) -> Value {
    eprintln!("checking {}", path.display());
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The cases of an oracle, of which there must be one at least.
pub(crate) fn cases(oracle: &Value) -> &[Value] {
    let cases = items(&oracle["cases"]);
    assert!(!cases.is_empty(), "there are no cases");
    cases
}

pub(crate) fn items(value: &Value) -> &[Value] {
    value
        .as_array()
        .unwrap_or_else(|| panic!("not a list: {value}"))
}

pub(crate) fn list<T>(value: &Value, item: impl Fn(&Value) -> T) -> Vec<T> {
    items(value).iter().map(item).collect()
}

pub(crate) fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("not a number: {value}"))
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    list(value, number)
}

pub(crate) fn whole(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("not a whole number: {value}"))
}

pub(crate) fn index(value: &Value) -> usize {
    usize::try_from(whole(value)).unwrap()
}

pub(crate) fn indexes(value: &Value) -> Vec<usize> {
    list(value, index)
}

/// A table of whole numbers, row by row.
pub(crate) fn table(value: &Value) -> Vec<Vec<usize>> {
    list(value, indexes)
}

/// Shape and values of `{"shape": …, "data": …}`.
pub(crate) fn array(value: &Value) -> (Vec<usize>, Vec<f64>) {
    let (shape, data) = (indexes(&value["shape"]), numbers(&value["data"]));
    assert_eq!(data.len(), shape.iter().product::<usize>());
    (shape, data)
}

/// The same as a tensor.
pub(crate) fn tensor<const D: usize>(value: &Value, device: &Device) -> Tensor<D> {
    let (shape, data) = array(value);
    floats(shape.try_into().unwrap(), &data, device)
}

pub(crate) fn floats<const D: usize>(
    shape: [usize; D],
    values: &[f64],
    device: &Device,
) -> Tensor<D> {
    let values: Vec<f32> = values.iter().map(|value| *value as f32).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

pub(crate) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    widened(tensor.into_data())
}

/// The values of a tensor in single precision.
pub(crate) fn widened(data: TensorData) -> Vec<f64> {
    let values: Vec<f32> = data.try_into_vec().unwrap();
    values.into_iter().map(f64::from).collect()
}

/// The largest absolute difference.
pub(crate) fn difference(found: &[f64], expected: &[f64]) -> f64 {
    largest(found, expected, |_| 1.0)
}

/// The largest difference as a part of the expected value, or absolute where that is below one.
pub(crate) fn relative_difference(found: &[f64], expected: &[f64]) -> f64 {
    largest(found, expected, |expected| expected.abs().max(1.0))
}

fn largest(found: &[f64], expected: &[f64], scale: impl Fn(f64) -> f64) -> f64 {
    assert_eq!(found.len(), expected.len());
    let pairs = found.iter().zip(expected);
    pairs
        .map(|(found, expected)| {
            assert!(found.is_finite(), "{found}");
            (found - expected).abs() / scale(*expected)
        })
        .fold(0.0, f64::max)
}

/// The names of the fields from a module down to where a walk through it is, without those of variants.
#[derive(Default)]
pub(crate) struct Fields {
    pub(crate) names: Vec<String>,
    containers: Vec<String>,
}

impl Fields {
    pub(crate) fn enter(&mut self, name: &str, container: &str) {
        self.containers.push(container.to_owned());
        if !container.starts_with("Enum:") {
            self.names.push(name.to_owned());
        }
    }

    pub(crate) fn exit(&mut self) {
        if !self.containers.pop().unwrap().starts_with("Enum:") {
            self.names.pop();
        }
    }

    /// Whether the last field is one of a linear layer.
    pub(crate) fn in_linear(&self) -> bool {
        self.containers
            .last()
            .is_some_and(|it| it == "Struct:Linear")
    }
}
