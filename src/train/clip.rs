//! Clipping by the norm of the whole gradient (Pascanu et al. 2013, algorithm 1).
//!
//! Burn's own clipping looks at one tensor at a time, which is another method.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

struct SquaredNorm<'a> {
    gradients: &'a GradientsParams,
    sums: Vec<Tensor<1>>,
}

impl ModuleVisitor for SquaredNorm<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            self.sums.push(gradient.square().sum());
        }
    }
}

struct Scale<'a> {
    gradients: &'a mut GradientsParams,
    factor: f64,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients
                .register(param.id, gradient.mul_scalar(self.factor));
        }
    }
}

/// Scales all gradients by one factor so that their joint norm is at most `limit`;
/// a limit of 0 leaves them alone. Returns the norm before.
pub(crate) fn clip_global_norm<M: Module>(
    model: &M,
    gradients: &mut GradientsParams,
    limit: f64,
) -> f64 {
    if limit == 0.0 {
        return 0.0;
    }
    let mut visitor = SquaredNorm {
        gradients,
        sums: Vec::new(),
    };
    model.visit(&mut visitor);
    if visitor.sums.is_empty() {
        return 0.0;
    }
    // One transfer for all tensors; the last additions are done in f64.
    let sums = Tensor::cat(visitor.sums, 0).into_data();
    let norm = sums.iter::<f64>().sum::<f64>().sqrt();
    if norm > limit {
        model.visit(&mut Scale {
            gradients,
            factor: limit / (norm + 1e-6),
        });
    }
    norm
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::LinearConfig;
    use burn::tensor::{Device, TensorData};

    #[test]
    fn the_joint_norm_is_brought_to_the_limit() {
        let device = Device::flex().autodiff();
        let model = LinearConfig::new(3, 2).init(&device);
        let input = Tensor::<2>::from_data(TensorData::from([[1.0f32, 2.0, 3.0]]), &device);
        let loss = model.forward(input).sum();
        let mut gradients = GradientsParams::from_grads(loss.backward(), &model);
        // Each output's weights get (1, 2, 3), each bias 1: 2·14 + 2 = 30.
        let before = clip_global_norm(&model, &mut gradients, 1.0);
        assert!((before - 30f64.sqrt()).abs() < 1e-5, "{before}");
        let after = clip_global_norm(&model, &mut gradients, 100.0);
        assert!((after - 1.0).abs() < 1e-5, "{after}");
    }
}
