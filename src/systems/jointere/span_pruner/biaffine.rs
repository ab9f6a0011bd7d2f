//! The bi-affine part of a span's vector, hb = [x_start; 1]ᵀ W_b [x_end; 1] ∈ R^d (Yan et
//! al. 2022, §3.3).
//!
//! W_b has d · (H + 1)² numbers. The product with the start is made once a word and joined
//! with the ends of the word's spans, so a word costs one product with all of W_b and a
//! span only d · (H + 1) multiplications. What a word's product leaves, d × (H + 1)
//! numbers, is too much to hold for all words of a batch at once.

use burn::tensor::Tensor;

use super::host_biaffine::on_host;
use super::starts::Starts;

/// Numbers of words' products that are held at a time: 64 MiB.
const ROOM: usize = 1 << 24;

/// hb of every span, spans × d. `weight` is W_b as (H + 1) × (d · (H + 1)), `words` the
/// words' [x; 1], words × (H + 1).
pub(super) fn biaffine(weight: &Tensor<2>, words: &Tensor<2>, starts: &Starts) -> Tensor<2> {
    on_host(weight, words, starts, ROOM).unwrap_or_else(|| by_words(weight, words, starts, ROOM))
}

/// The same by tensor operations, which every device has, for as many words at a time as
/// `room` holds. A graph keeps the products of all words in any case, and would add up a
/// gradient of W_b's size for each part, so there it is one part.
fn by_words(weight: &Tensor<2>, words: &Tensor<2>, starts: &Starts, room: usize) -> Tensor<2> {
    let [count, side] = words.dims();
    let [_, columns] = weight.dims();
    let ends = starts.windows(words);
    let recorded = weight.device().is_autodiff() || words.device().is_autodiff();
    let step = if recorded {
        count
    } else {
        (room / columns).max(1)
    };
    let parts = (0..count).step_by(step).map(|first| {
        let step = step.min(count - first);
        let products = words.clone().narrow(0, first, step).matmul(weight.clone());
        let products = products.reshape([step, columns / side, side]);
        let ends = ends.clone().narrow(0, first, step);
        ends.matmul(products.swap_dims(1, 2))
    });
    starts.ends(Tensor::cat(parts.collect(), 0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encoder::{Scheme, initialise};
    use burn::nn::LinearConfig;
    use burn::tensor::{Device, TensorData};

    const SIDE: usize = 4;
    const OUTPUTS: usize = 5;
    const WORDS: usize = 9;

    fn drawn(shape: [usize; 2], seed: u64, device: &Device) -> Tensor<2> {
        let layer = LinearConfig::new(shape[0], shape[1]).init(&Device::flex());
        let layer = initialise(layer, seed, Scheme::Normal(1.0), &|_| true);
        let values: Vec<f32> = layer.weight.val().into_data().try_into_vec().unwrap();
        Tensor::from_data(TensorData::new(values, shape), device).require_grad()
    }

    fn close(left: Tensor<2>, right: Tensor<2>) {
        assert_eq!(left.dims(), right.dims());
        let [left, right] = [left, right].map(|it| it.into_data().try_into_vec::<f32>().unwrap());
        for (a, b) in left.iter().zip(&right) {
            assert!((a - b).abs() < 1e-4 * b.abs().max(1.0), "{a} is not {b}");
        }
    }

    /// Values and both gradients of Σ hb · slopes.
    fn found(
        make: impl Fn(&Tensor<2>, &Tensor<2>, &Starts) -> Tensor<2>,
        device: &Device,
    ) -> [Tensor<2>; 3] {
        let weight = drawn([SIDE, OUTPUTS * SIDE], 1, device);
        let words = drawn([WORDS, SIDE], 2, device);
        let starts = Starts::of(&[5, 1, 3], 3);
        let vectors = make(&weight, &words, &starts);
        let slopes = drawn(vectors.dims(), 3, device).detach();
        let gradients = (vectors.clone() * slopes).sum().backward();
        [
            vectors.inner(),
            weight.grad(&gradients).unwrap(),
            words.grad(&gradients).unwrap(),
        ]
    }

    #[test]
    fn the_host_computes_what_tensors_do() {
        let device = Device::flex().autodiff();
        let expected = found(|w, x, starts| by_words(w, x, starts, ROOM), &device);
        for room in [0, 2 * WORDS * SIDE, ROOM] {
            let host = found(|w, x, starts| on_host(w, x, starts, room).unwrap(), &device);
            for (host, expected) in host.into_iter().zip(&expected) {
                close(host, expected.clone());
            }
        }
    }

    #[test]
    fn the_room_changes_no_result() {
        let device = Device::flex().autodiff();
        let weight = drawn([SIDE, OUTPUTS * SIDE], 1, &device).inner();
        let words = drawn([WORDS, SIDE], 2, &device).inner();
        let starts = Starts::of(&[5, 1, 3], 3);
        let whole = by_words(&weight, &words, &starts, ROOM);
        for room in [0, 2 * OUTPUTS * SIDE, 4 * OUTPUTS * SIDE] {
            close(by_words(&weight, &words, &starts, room), whole.clone());
            close(
                on_host(&weight, &words, &starts, room).unwrap(),
                whole.clone(),
            );
        }
    }

    #[test]
    fn a_graph_that_recomputes_gives_the_same_gradients() {
        let keeping = found(biaffine, &Device::flex().autodiff());
        let device = Device::flex().autodiff().gradient_checkpointing();
        for (left, right) in found(biaffine, &device).into_iter().zip(keeping) {
            close(left, right);
        }
    }

    #[test]
    fn nothing_is_recorded_where_nothing_is_learned() {
        let device = Device::flex();
        let weight = drawn([SIDE, OUTPUTS * SIDE], 1, &device.clone().autodiff());
        let words = drawn([WORDS, SIDE], 2, &device.clone().autodiff());
        let starts = Starts::of(&[WORDS], 4);
        let plain = biaffine(&weight.clone().inner(), &words.clone().inner(), &starts);
        assert!(!plain.device().is_autodiff());
        let fixed = biaffine(&weight, &words.clone().detach(), &starts);
        close(fixed.clone().inner(), plain);
        let gradients = fixed.sum().backward();
        assert!(words.grad(&gradients).is_none());
        assert!(weight.grad(&gradients).is_some());
    }
}
