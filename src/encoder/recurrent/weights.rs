//! The parameters of one recurrent cell.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

/// The kind of a recurrent cell.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// Long short-term memory with a forget gate and without peepholes (Gers et al.
    /// 2000).
    Lstm,
    /// Gated recurrent unit (Cho et al. 2014), its reset gate applied after the
    /// recurrent product.
    Gru,
}

impl Cell {
    /// Blocks of `hidden` rows in a cell's weights: i, f, g, o or r, z, n.
    pub(crate) fn gates(self) -> usize {
        match self {
            Self::Lstm => 4,
            Self::Gru => 3,
        }
    }

    /// Vectors that a cell hands on: hidden state, and cell state if it has one.
    pub(crate) fn states(self) -> usize {
        match self {
            Self::Lstm => 2,
            Self::Gru => 1,
        }
    }
}

/// The parameters of a recurrent cell in PyTorch's layout: one row of weights for
/// each unit of each gate, in the order i, f, g, o (LSTM) or r, z, n (GRU).
///
/// `initialise` recognises the cell by this struct's name, and its width by the
/// recurrent weights, which is why they are the first field.
#[derive(Module, Debug)]
pub struct CellWeights {
    /// gates·hidden × hidden.
    pub weight_hh: Param<Tensor<2>>,
    /// gates·hidden × input.
    pub weight_ih: Param<Tensor<2>>,
    /// gates·hidden, added to the input's product.
    pub bias_ih: Param<Tensor<1>>,
    /// gates·hidden, added to the recurrent product.
    pub bias_hh: Param<Tensor<1>>,
}

impl CellWeights {
    /// Zeros for an input of `input` values and a state of `hidden`.
    pub(crate) fn new(cell: Cell, input: usize, hidden: usize, device: &Device) -> Self {
        let rows = cell.gates() * hidden;
        let bias = || Param::from_tensor(Tensor::zeros([rows], device));
        Self {
            weight_hh: Param::from_tensor(Tensor::zeros([rows, hidden], device)),
            weight_ih: Param::from_tensor(Tensor::zeros([rows, input], device)),
            bias_ih: bias(),
            bias_hh: bias(),
        }
    }

    /// Width of the state.
    pub(crate) fn hidden(&self) -> usize {
        self.weight_hh.dims()[1]
    }

    /// Whether gradients of these weights can be asked for.
    pub(crate) fn is_autodiff(&self) -> bool {
        self.weight_hh.val().device().is_autodiff()
    }
}
