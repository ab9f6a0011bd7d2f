//! Work on the host as one node of the gradient graph.
//!
//! A recurrence of fifty steps is a thousand small tensor operations, each with its
//! own node; a norm or an attention is a dozen large ones, each of which reads and writes
//! all values. On the CPU the same work is a few loops over plain memory, and the chain
//! rule needs to know it only as a whole: values out, and a function that takes the
//! gradient of the outputs back to the inputs.

use std::fmt::Debug;
use std::marker::PhantomData;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::{
    BalancedCheckpointing, CheckpointStrategy, NoCheckpointing,
};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::{FlexDevice, FlexTensor};
use burn::backend::ops::FloatTensorOps;
use burn::backend::{Autodiff, BackendTypes, Flex};
use burn::tensor::{DType, Device, Tensor, TensorData};

/// A tensor that the graph knows, whatever its rank.
pub(crate) type Tracked = <Autodiff<Flex> as BackendTypes>::FloatTensorPrimitive;

/// The way back from the gradient of a node's output to those of its `N` inputs.
pub(crate) trait Pullback<const N: usize>: Clone + Debug + Send + 'static {
    /// Gradients of the inputs that are `wanted`, in their shapes.
    fn pull(self, upstream: Vec<f32>, wanted: [bool; N]) -> [Option<TensorData>; N];
}

/// Whether a tensor lies in the host's memory as single-precision numbers.
pub(crate) fn on_host<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.device().without_autodiff() == Device::flex() && tensor.dtype() == DType::F32
}

/// The graph's handle of a tensor; none where the host's graph cannot hold it.
pub(crate) fn tracked<const D: usize>(tensor: Tensor<D>) -> Option<Tracked> {
    let tensor = if tensor.device().is_autodiff() {
        tensor
    } else {
        Tensor::from_inner(tensor)
    };
    tensor.try_into_primitive::<Autodiff<Flex>>().ok()
}

/// The tensor without its history.
pub(crate) fn plain<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    if tensor.device().is_autodiff() {
        tensor.inner()
    } else {
        tensor
    }
}

/// The values of a tensor on the host, row by row.
pub(crate) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let data = tensor.into_data().convert::<f32>();
    data.try_into_vec().unwrap_or_default()
}

/// A tensor's numbers in the host's memory, row by row, without a copy where they lie so
/// already; none where they lie elsewhere or are not of single precision.
pub(crate) fn lying<const D: usize>(tensor: &Tensor<D>) -> Option<FlexTensor> {
    primitive(tensor).map(|tensor| tensor.to_contiguous())
}

/// The same with its rows and columns wherever they lie, without a copy.
pub(crate) fn primitive<const D: usize>(tensor: &Tensor<D>) -> Option<FlexTensor> {
    let tensor = plain(tensor.clone()).try_into_primitive::<Flex>().ok()?;
    (tensor.dtype() == DType::F32).then_some(tensor)
}

/// The numbers of what [`lying`] gave.
pub(crate) fn numbers(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().unwrap_or_default()
}

/// A tensor as a function on the host reads it.
pub(crate) struct Input {
    lying: Option<FlexTensor>,
    tracked: Option<Tracked>,
    recorded: bool,
    recomputing: bool,
}

impl<const D: usize> From<&Tensor<D>> for Input {
    fn from(tensor: &Tensor<D>) -> Self {
        let keeping = tracked(tensor.clone());
        let recomputing = keeping.is_none();
        let tracked = keeping.or_else(|| {
            let tensor = tensor.clone();
            tensor
                .try_into_primitive::<Autodiff<Flex, BalancedCheckpointing>>()
                .ok()
        });
        Self {
            lying: lying(tensor),
            tracked,
            recorded: tensor.device().is_autodiff(),
            recomputing,
        }
    }
}

/// The graph's handles of a function's inputs.
pub(crate) struct Recorded<const N: usize> {
    tracked: [Tracked; N],
    /// Whether the graph computes cheap values again instead of keeping them.
    recomputing: bool,
}

/// All that a function on the host reads.
pub(crate) struct Inputs<const N: usize> {
    /// None where nothing is recorded.
    pub(crate) recorded: Option<Recorded<N>>,
    /// The numbers.
    pub(crate) lying: [FlexTensor; N],
}

impl<const N: usize> Inputs<N> {
    /// None where the host cannot compute with these tensors, since one lies elsewhere.
    pub(crate) fn of(inputs: [Input; N]) -> Option<Self> {
        let recorded = inputs.iter().any(|input| input.recorded);
        let recomputing = inputs.iter().any(|input| input.recomputing);
        let mut tracked = Vec::with_capacity(N);
        let mut lying = Vec::with_capacity(N);
        for input in inputs {
            lying.push(input.lying?);
            if recorded {
                tracked.push(input.tracked?);
            }
        }
        let tracked = <[Tracked; N]>::try_from(tracked).ok();
        Some(Self {
            recorded: tracked.map(|tracked| Recorded {
                tracked,
                recomputing,
            }),
            lying: lying.try_into().ok()?,
        })
    }
}

/// A tensor with these values, which is a node of the graph where inputs are recorded.
pub(crate) fn result<const N: usize, const D: usize, P: Pullback<N>>(
    inputs: Option<&Recorded<N>>,
    values: Vec<f32>,
    shape: [usize; D],
    pullback: impl FnOnce() -> P,
) -> Tensor<D> {
    let output = TensorData::new(values, shape);
    match inputs {
        Some(inputs) if inputs.recomputing => Tensor::from_primitive::<
            Autodiff<Flex, BalancedCheckpointing>,
        >(append::<BalancedCheckpointing, N, P>(
            &inputs.tracked,
            output,
            pullback(),
        )),
        Some(inputs) => node(&inputs.tracked, output, pullback()),
        None => Tensor::from_data(output, &Device::flex()),
    }
}

/// A matrix on the host.
pub(crate) fn matrix(values: Vec<f32>, shape: [usize; 2]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

/// A tensor with these values whose gradient goes to `inputs` through `pullback`.
pub(crate) fn node<const N: usize, const D: usize, P: Pullback<N>>(
    inputs: &[Tracked; N],
    output: TensorData,
    pullback: P,
) -> Tensor<D> {
    let tensor = append::<NoCheckpointing, N, P>(inputs, output, pullback);
    Tensor::from_primitive::<Autodiff<Flex>>(tensor)
}

/// Appends a node to the graph, which is one of strategy `C`.
fn append<C: CheckpointStrategy, const N: usize, P: Pullback<N>>(
    inputs: &[Tracked; N],
    output: TensorData,
    pullback: P,
) -> Tracked {
    let output = Flex::float_from_data(output, &FlexDevice);
    let guards = inputs.each_ref().map(Tracked::node);
    let prepared = Pull(PhantomData::<P>).prepare::<C>(guards);
    match prepared.compute_bound().stateful() {
        OpsKind::Tracked(node) => node.finish(pullback, output),
        OpsKind::UnTracked(node) => node.finish(output),
    }
}

/// The graph's operation; all it needs is in its state.
#[derive(Debug)]
struct Pull<P>(PhantomData<P>);

impl<const N: usize, P: Pullback<N>> Backward<Flex, N> for Pull<P> {
    type State = P;

    fn backward(self, ops: Ops<P, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let upstream = gradients.consume::<Flex>(&ops.node).into_data();
        let upstream = upstream.try_into_vec().unwrap_or_default();
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let pulled = ops.state.pull(upstream, wanted);
        for (parent, gradient) in ops.parents.into_iter().zip(pulled) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                let gradient = Flex::float_from_data(gradient, &FlexDevice);
                gradients.register::<Flex>(parent.id, gradient);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// output = 2a + 3b
    #[derive(Debug, Clone)]
    struct Sum;

    impl Pullback<2> for Sum {
        fn pull(self, upstream: Vec<f32>, wanted: [bool; 2]) -> [Option<TensorData>; 2] {
            let scaled = |factor: f32| {
                let values: Vec<f32> = upstream.iter().map(|value| factor * value).collect();
                TensorData::new(values, [1, 2])
            };
            [
                wanted[0].then(|| scaled(2.0)),
                wanted[1].then(|| scaled(3.0)),
            ]
        }
    }

    fn sum(a: &Tensor<2>, b: &Tensor<2>) -> Tensor<2> {
        let inputs = [tracked(a.clone()).unwrap(), tracked(b.clone()).unwrap()];
        node(&inputs, TensorData::from([[5f32, 6.0]]), Sum)
    }

    #[test]
    fn gradients_pass_through_on_both_sides() {
        let device = Device::flex().autodiff();
        let a = Tensor::<2>::from_data([[1f32, 1.0]], &device).require_grad();
        let b = Tensor::<2>::from_data([[1f32, 1.0]], &device).require_grad();
        let loss = (sum(&(a.clone() * 10.0), &b) * 7.0).sum();
        let gradients = loss.backward();
        assert_eq!(values(a.grad(&gradients).unwrap()), [140.0, 140.0]);
        assert_eq!(values(b.grad(&gradients).unwrap()), [21.0, 21.0]);
    }

    #[test]
    fn constants_get_no_gradient() {
        let device = Device::flex().autodiff();
        let a = Tensor::<2>::from_data([[1f32, 1.0]], &Device::flex());
        let b = Tensor::<2>::from_data([[1f32, 1.0]], &device).require_grad();
        let gradients = sum(&a, &b).sum().backward();
        assert_eq!(values(b.grad(&gradients).unwrap()), [3.0, 3.0]);
        assert_eq!(values(sum(&a, &a)), [5.0, 6.0]);
    }

    #[test]
    fn a_graph_that_recomputes_gives_the_same_gradients() {
        let keeping = Device::flex().autodiff();
        let recomputing = Device::flex().autodiff().gradient_checkpointing();
        let run = |device: &Device| {
            let a = Tensor::<2>::from_data([[1f32, 2.0]], device).require_grad();
            let b = Tensor::<2>::from_data([[3f32, 4.0]], device).require_grad();
            let left = a.clone() * b.clone();
            let inputs = Inputs::of([(&left).into(), (&b).into()]).unwrap();
            let sum = result(inputs.recorded.as_ref(), vec![5.0, 6.0], [1, 2], || Sum);
            let gradients = (sum * b.clone()).sum().backward();
            [a, b].map(|tensor| values(tensor.grad(&gradients).unwrap()))
        };
        // With s = 2·a·b + 3·b: d(Σ s·b) where the node claims s = (5, 6).
        let expected = [
            [18.0, 32.0],
            [5.0 + 3.0 * 3.0 + 6.0, 6.0 + 3.0 * 4.0 + 16.0],
        ];
        assert_eq!(run(&keeping), expected);
        assert_eq!(run(&recomputing), expected);
    }
}
