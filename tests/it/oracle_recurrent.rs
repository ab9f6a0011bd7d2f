//! Recurrent layers and the CRF against values and gradients that an independent program computed in float64.
//!
//! Shapes, cases and parameters are read from the files in the folders `layers`.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::Value;
use sweep::encoder::recurrent::{BiRnn, BiRnnConfig, BioRules, Cell, Crf, GruCell, GruForm};

use crate::oracle::{
    Fields, array, cases, folders, index, indexes, items, number, read, relative_difference, table,
    tensor, values,
};

/// The files of this name, our own first.
fn files(name: &str) -> Vec<Value> {
    let paths = folders("layers")
        .into_iter()
        .map(|folder| folder.join(name));
    let files: Vec<Value> = paths
        .filter(|path| path.is_file())
        .map(|path| read(&path))
        .collect();
    assert!(!files.is_empty());
    files
}

/// Calls `check` with every case of every file of this name.
fn each_case(name: &str, check: impl Fn(&Case)) {
    for file in files(name) {
        let tolerance = &file["tolerance"];
        for case in cases(&file) {
            check(&Case {
                name: format!("{name} {}", case["name"]),
                value: number(&tolerance["float32"]),
                gradient: number(&tolerance["float32_gradient"]),
                content: case,
            });
        }
    }
}

/// A case and how far values and gradients may be off, times max(1, |expected|).
struct Case<'a> {
    name: String,
    value: f64,
    gradient: f64,
    content: &'a Value,
}

impl Case<'_> {
    fn check<const D: usize>(
        &self,
        what: &str,
        found: Tensor<D>,
        expected: &Value,
        gradient: bool,
    ) {
        let (shape, expected) = array(expected);
        let name = format!("{}: {what}", self.name);
        assert_eq!(found.dims().to_vec(), shape, "{name}");
        let tolerance = if gradient { self.gradient } else { self.value };
        let off = relative_difference(&values(found), &expected);
        eprintln!("{name} is off by {off:.1e}");
        assert!(off <= tolerance, "{name} is off by {off:e}");
    }

    fn tensor<const D: usize>(&self, name: &str) -> Tensor<D> {
        tensor(&self.content[name], &device())
    }

    fn lengths(&self) -> Vec<usize> {
        indexes(&self.content["lengths"])
    }
}

fn device() -> Device {
    Device::flex().autodiff()
}

/// The name that PyTorch gives to a field: `layers.1.reverse.weight_ih` is
/// `weight_ih_l1_reverse`. Cells and fields have no layers.
fn pytorch_name(path: &[String]) -> String {
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["layers", layer, "forward", name] => format!("{name}_l{layer}"),
        ["layers", layer, "reverse", name] => format!("{name}_l{layer}_reverse"),
        [.., "update", "weight"] => "W_z".to_owned(),
        [.., "reset", "weight"] => "W_u".to_owned(),
        [.., "candidate", "weight"] => "W_o".to_owned(),
        [.., name] => (*name).to_owned(),
        [] => panic!("a parameter without a name"),
    }
}

/// Puts a file's weights into a module.
struct Fill<'a> {
    weights: &'a Value,
    path: Fields,
    used: usize,
}

impl ModuleMapper for Fill<'_> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = pytorch_name(&self.path.names);
        let mut value = tensor::<D>(&self.weights[&name], &device());
        // Linear layers are the only ones that are kept the other way round.
        if name.starts_with("W_") {
            value = value.swap_dims(0, 1);
        }
        assert_eq!(value.dims(), param.dims(), "{name}");
        self.used += 1;
        param.map(|_| value.require_grad())
    }
}

fn filled<M: Module>(module: M, weights: &Value) -> M {
    let mut fill = Fill {
        weights,
        path: Fields::default(),
        used: 0,
    };
    let module = module.map(&mut fill);
    assert_eq!(fill.used, weights.as_object().unwrap().len());
    module
}

/// Gradients of a module by PyTorch's names.
struct Collect<'a> {
    all: &'a GradientsParams,
    path: Fields,
    found: HashMap<String, TensorData>,
}

impl ModuleVisitor for Collect<'_> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.all.get::<D>(param.id) {
            self.found
                .insert(pytorch_name(&self.path.names), gradient.into_data());
        }
    }
}

/// Compares gradients of `loss` with the file's, by name; `inputs` are not parameters.
fn check_gradients<M: Module, const D: usize>(
    case: &Case,
    module: &M,
    loss: &Tensor<1>,
    inputs: &[(&str, &Tensor<D>)],
    expected: &Value,
) {
    let gradients = loss.backward();
    let mut found: HashMap<String, TensorData> = inputs
        .iter()
        .map(|(name, input)| {
            (
                (*name).to_owned(),
                input.grad(&gradients).unwrap().into_data(),
            )
        })
        .collect();
    let all = GradientsParams::from_grads(gradients, module);
    let mut collect = Collect {
        all: &all,
        path: Fields::default(),
        found: HashMap::new(),
    };
    module.visit(&mut collect);
    found.extend(collect.found);
    let expected = expected.as_object().unwrap();
    assert!(!expected.is_empty());
    for (name, expected) in expected {
        let found = found
            .get(name)
            .unwrap_or_else(|| panic!("{}: {name} has no gradient", case.name))
            .clone();
        let flex = Device::flex();
        match found.rank() {
            1 => case.check(name, Tensor::<1>::from_data(found, &flex), expected, true),
            2 => case.check(name, Tensor::<2>::from_data(found, &flex), expected, true),
            _ => case.check(name, Tensor::<3>::from_data(found, &flex), expected, true),
        }
    }
}

fn bidirectional(file: &str, cell: Cell) {
    each_case(file, |case| {
        let input: Tensor<3> = case.tensor("input").require_grad();
        let weights = &case.content["weights"];
        let config = BiRnnConfig {
            cell,
            input: input.dims()[2],
            hidden: index(&weights["weight_hh_l0"]["shape"][1]),
            layers: weights.as_object().unwrap().len() / 8,
            dropout: 0.0,
        };
        let rnn: BiRnn = filled(config.init(&device()), weights);
        let states = rnn.forward(input.clone(), &case.lengths(), None);
        case.check(
            "output",
            states.output.clone(),
            &case.content["output"],
            false,
        );
        case.check("h_n", states.hidden, &case.content["h_n"], false);
        assert_eq!(states.cell.is_some(), cell == Cell::Lstm);
        if let Some(cell) = states.cell {
            case.check("c_n", cell, &case.content["c_n"], false);
        }
        let expected = &case.content["gradient"];
        let loss = (states.output * tensor(&expected["weight"], &device())).sum();
        let scalar = f64::from(loss.clone().into_scalar::<f32>());
        let off = (scalar - number(&expected["loss"])).abs();
        assert!(
            off <= case.gradient,
            "{}: the loss is off by {off:e}",
            case.name
        );
        check_gradients(case, &rnn, &loss, &[("input", &input)], &expected["grads"]);
    });
}

#[test]
fn oracle_bidirectional_lstm() {
    bidirectional("bilstm.json", Cell::Lstm);
}

#[test]
fn oracle_bidirectional_gru() {
    bidirectional("bigru.json", Cell::Gru);
}

#[test]
fn oracle_gru_cells() {
    each_case("grucell.json", |case| {
        let input: Tensor<2> = case.tensor("input").require_grad();
        let state: Tensor<2> = case.tensor("state").require_grad();
        let [_, inputs] = input.dims();
        let [_, hidden] = state.dims();
        let cell = |form, weights| filled(GruCell::new(form, inputs, hidden, &device()), weights);

        let expected = &case.content["library"];
        let library = cell(GruForm::Library, &expected["weights"]);
        let output = library.forward(input.clone(), state.clone());
        case.check("library", output.clone(), &expected["output"], false);
        let expected = &expected["gradient"];
        let loss = (output * tensor(&expected["weight"], &device())).sum();
        let leaves = [("input", &input), ("state", &state)];
        check_gradients(case, &library, &loss, &leaves, &expected["grads"]);

        let expected = &case.content["printed"];
        let printed = cell(GruForm::Printed, &expected["weights"]);
        let output = printed.forward(input, state);
        case.check("printed", output, &expected["output"], false);
    });
}

/// The file's tags without padding.
fn gold(case: &Case) -> Vec<Vec<usize>> {
    let mut tags = table(&case.content["tags"]);
    for (tags, length) in tags.iter_mut().zip(case.lengths()) {
        tags.truncate(length);
    }
    tags
}

fn field(case: &Case) -> Crf {
    let weights = &case.content["weights"];
    let tags = index(&weights["start"]["shape"][0]);
    filled(Crf::new(tags, &device()), weights)
}

#[test]
fn oracle_crf_likelihood() {
    each_case("crf.json", |case| {
        let crf = field(case);
        let emissions: Tensor<3> = case.tensor("emissions").require_grad();
        let found = crf.log_likelihood(emissions.clone(), &gold(case));
        let expected = &case.content["log_likelihood"];
        case.check("log likelihood", found.clone(), expected, false);
        let loss = found.sum().neg();
        let expected = &case.content["gradient_of_negative_log_likelihood_sum"];
        check_gradients(case, &crf, &loss, &[("emissions", &emissions)], expected);
    });
}

/// The likelihood of a sequence weighs in its gradient as the caller says.
#[test]
fn oracle_crf_likelihood_of_single_sequences() {
    each_case("crf.json", |case| {
        let crf = field(case);
        let gold = gold(case);
        let expected = &case.content["gradient_of_negative_log_likelihood_sum"]["emissions"];
        let expected: Tensor<3> = tensor(expected, &device());
        for sequence in 0..gold.len() {
            let emissions: Tensor<3> = case.tensor("emissions").require_grad();
            let mut weights = vec![0f32; gold.len()];
            weights[sequence] = 3.0;
            let weights = TensorData::new(weights, [gold.len(), 1, 1]);
            let weights = Tensor::<3>::from_data(weights, &device());
            let found = crf.log_likelihood(emissions.clone(), &gold);
            let loss = (found.neg() * weights.clone().reshape([gold.len()])).sum();
            let found = emissions.grad(&loss.backward()).unwrap();
            let off = (found - (expected.clone() * weights).inner()).abs().max();
            let off = f64::from(off.into_scalar::<f32>());
            assert!(off <= 3.0 * case.gradient, "{}: off by {off:e}", case.name);
        }
    });
}

#[test]
fn oracle_viterbi() {
    each_case("crf.json", |case| {
        let crf = field(case);
        let found = crf.decode(case.tensor("emissions"), &case.lengths(), None);
        assert_eq!(found, table(&case.content["viterbi"]), "{}", case.name);
    });
}

#[test]
fn oracle_viterbi_under_bio_rules() {
    let checked = std::cell::Cell::new(0);
    each_case("crf.json", |case| {
        let Some(expected) = case.content.get("viterbi_bio_constrained") else {
            return;
        };
        let names: Vec<&str> = items(&case.content["tag_names"])
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        let rules = BioRules::new(&names);
        let found = field(case).decode(case.tensor("emissions"), &case.lengths(), Some(&rules));
        assert_eq!(found, table(expected), "{}", case.name);
        checked.set(checked.get() + 1);
    });
    assert!(checked.get() > 0, "no file has a case with rules");
}
