//! One bidirectional layer by tensor operations, for devices other than the host.
//!
//! The input's product is taken once for all steps, and both directions go through
//! every step as one batched product, so that a step is a handful of operations.

use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use super::layer::BiRnnLayer;
use super::ragged::Ragged;
use super::weights::{Cell, CellWeights};

/// What `BiRnnLayer::run` promises.
pub(crate) fn stepwise(
    layer: &BiRnnLayer,
    cell: Cell,
    rows: &Tensor<2>,
    ragged: &Ragged,
) -> Tensor<2> {
    let device = rows.device();
    let width = layer.forward.hidden();
    let (items, input) = (ragged.items(), rows.dims()[1]);
    if items == 0 {
        let count = ragged.rows() + cell.states() * ragged.sequences();
        return Tensor::zeros([count, 2 * width], &device);
    }
    let visited = [ragged.visited(false), ragged.visited(true)];
    let ordered: Tensor<3> = rows
        .clone()
        .select(0, places(visited.concat().into_iter(), &device))
        .reshape([2, items, input]);
    let both = |part: fn(&CellWeights) -> Tensor<2>| {
        Tensor::stack::<3>(vec![part(&layer.forward), part(&layer.reverse)], 0)
    };
    let recurrent = both(|weights| weights.weight_hh.val().transpose());
    let inner = both(|weights| weights.bias_hh.val().unsqueeze());
    let projected = ordered.matmul(both(|weights| weights.weight_ih.val().transpose()))
        + both(|weights| weights.bias_ih.val().unsqueeze());

    let mut states: Vec<Vec<Tensor<3>>> = vec![Vec::new(); cell.states()];
    for step in 0..ragged.steps() {
        let steps = ragged.step(step);
        let running = steps.len();
        let before: Vec<Tensor<3>> = states
            .iter()
            .map(|states| match states.last() {
                Some(last) => last.clone().narrow(1, 0, running),
                None => Tensor::zeros([2, running, width], &device),
            })
            .collect();
        let product = before[0].clone().matmul(recurrent.clone()) + inner.clone();
        let own = projected.clone().narrow(1, steps.start, running);
        let after = match cell {
            Cell::Lstm => lstm(&(own + product), &before[1]),
            Cell::Gru => vec![gru(&own, &product, &before[0])],
        };
        for (states, after) in states.iter_mut().zip(after) {
            states.push(after);
        }
    }

    // A row of zeros below stands for all that no step has written.
    let nothing = Tensor::<2>::zeros([1, width], &device);
    let sides = [0, 1].map(|side| {
        let kinds = states.iter().map(|states| {
            let steps = Tensor::cat(states.clone(), 1);
            let steps = steps.narrow(0, side, 1).reshape([items, width]);
            Tensor::cat(vec![steps, nothing.clone()], 0)
        });
        let mut kinds = kinds.collect::<Vec<Tensor<2>>>();
        let mut sources = vec![items; ragged.rows()];
        for (source, row) in visited[side].iter().enumerate() {
            sources[*row] = source;
        }
        let ends = || ragged.ends().into_iter().map(|end| end.unwrap_or(items));
        let ends_of_cells = kinds.split_off(1);
        let hidden = kinds[0].clone();
        let hidden = hidden.select(0, places(sources.into_iter().chain(ends()), &device));
        let cells = ends_of_cells
            .into_iter()
            .map(|cells| cells.select(0, places(ends(), &device)));
        Tensor::cat(std::iter::once(hidden).chain(cells).collect(), 0)
    });
    Tensor::cat(sides.to_vec(), 1)
}

fn places(rows: impl Iterator<Item = usize>, device: &Device) -> Tensor<1, Int> {
    let rows: Vec<i32> = rows.map(|row| row as i32).collect();
    let count = rows.len();
    Tensor::from_data(TensorData::new(rows, [count]), device)
}

/// h′ and c′ from the gates' sums.
fn lstm(sums: &Tensor<3>, cell: &Tensor<3>) -> Vec<Tensor<3>> {
    let width = cell.dims()[2];
    let gate = |index: usize| sums.clone().narrow(2, index * width, width);
    let (input, forget) = (activation::sigmoid(gate(0)), activation::sigmoid(gate(1)));
    let (candidate, output) = (gate(2).tanh(), activation::sigmoid(gate(3)));
    let cell = forget * cell.clone() + input * candidate;
    vec![output * cell.clone().tanh(), cell]
}

/// h′ from W x + b, U h + d and h.
pub(crate) fn gru<const D: usize>(
    own: &Tensor<D>,
    product: &Tensor<D>,
    state: &Tensor<D>,
) -> Tensor<D> {
    let width = state.dims()[D - 1];
    let gate = |sums: &Tensor<D>, index: usize| sums.clone().narrow(D - 1, index * width, width);
    let reset = activation::sigmoid(gate(own, 0) + gate(product, 0));
    let update = activation::sigmoid(gate(own, 1) + gate(product, 1));
    let candidate = (gate(own, 2) + reset * gate(product, 2)).tanh();
    candidate.clone() + update * (state.clone() - candidate)
}
