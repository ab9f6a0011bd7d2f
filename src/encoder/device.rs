//! The device a name in the TOML stands for.
//!
//! This is the one place that knows backends: everything else names a device and
//! gets one, or an error that says what the build or the machine lacks.

use burn::tensor::Device;

use super::error::EncoderError;

/// Opens `cpu`, `cuda:N`, `tch:cpu` or `tch:cuda:N`.
///
/// # Errors
/// When the name is unknown, the build lacks the backend, or the machine the device.
pub fn open_device(name: &str) -> Result<Device, EncoderError> {
    match name.split_once(':').unwrap_or((name, "")) {
        ("cpu", "") => Ok(Device::flex()),
        ("cuda", index) => cuda(parse_index(name, index)?),
        ("tch", "cpu") => libtorch(),
        ("tch", rest) if rest.starts_with("cuda") => {
            let index = rest.strip_prefix("cuda").unwrap_or("");
            libtorch_cuda(parse_index(name, index.strip_prefix(':').unwrap_or(index))?)
        }
        _ => Err(EncoderError::Device(format!(
            "unknown device `{name}`: a device is `cpu`, `cuda:0`, `tch:cpu` or `tch:cuda:0`"
        ))),
    }
}

fn parse_index(name: &str, index: &str) -> Result<usize, EncoderError> {
    if index.is_empty() {
        return Ok(0);
    }
    index.parse().map_err(|_| {
        EncoderError::Device(format!(
            "device `{name}`: `{index}` is not a GPU's number, as in `cuda:0`"
        ))
    })
}

/// A missing driver is a panic deep inside the backend, so it is looked for first.
#[cfg(any(feature = "cuda", feature = "tch"))]
fn nvidia(name: &str, index: usize) -> Result<(), EncoderError> {
    if std::path::Path::new(&format!("/dev/nvidia{index}")).exists() {
        return Ok(());
    }
    Err(EncoderError::Device(format!(
        "device `{name}:{index}`: this machine has no NVIDIA GPU {index} (no /dev/nvidia{index})"
    )))
}

#[cfg(feature = "cuda")]
fn cuda(index: usize) -> Result<Device, EncoderError> {
    nvidia("cuda", index)?;
    Ok(Device::cuda(index))
}

#[cfg(not(feature = "cuda"))]
fn cuda(index: usize) -> Result<Device, EncoderError> {
    Err(lacks(&format!("cuda:{index}"), "cuda"))
}

#[cfg(feature = "tch")]
#[expect(deprecated, reason = "burn 0.22 is the last release with LibTorch")]
fn libtorch() -> Result<Device, EncoderError> {
    Ok(Device::libtorch())
}

#[cfg(not(feature = "tch"))]
fn libtorch() -> Result<Device, EncoderError> {
    Err(lacks("tch:cpu", "tch"))
}

#[cfg(feature = "tch")]
#[expect(deprecated, reason = "burn 0.22 is the last release with LibTorch")]
fn libtorch_cuda(index: usize) -> Result<Device, EncoderError> {
    nvidia("tch:cuda", index)?;
    Ok(Device::libtorch_cuda(index))
}

#[cfg(not(feature = "tch"))]
fn libtorch_cuda(index: usize) -> Result<Device, EncoderError> {
    Err(lacks(&format!("tch:cuda:{index}"), "tch"))
}

#[cfg(not(all(feature = "cuda", feature = "tch")))]
fn lacks(device: &str, feature: &str) -> EncoderError {
    EncoderError::Device(format!(
        "device `{device}`: this build has no `{feature}`; build with `--features {feature}` \
         (docs/devices.md), or set `device = \"cpu\"`"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_cpu_is_always_there() {
        assert!(open_device("cpu").is_ok());
    }

    #[test]
    fn other_names_are_refused_with_the_way_out() {
        let unknown = open_device("gpu").unwrap_err().to_string();
        assert!(unknown.contains("unknown device `gpu`"), "{unknown}");
        let index = open_device("cuda:first").unwrap_err().to_string();
        assert!(index.contains("`first` is not a GPU's number"), "{index}");
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_backend_that_is_not_built_in_names_its_feature() {
        let text = open_device("cuda:0").unwrap_err().to_string();
        assert!(text.contains("--features cuda"), "{text}");
    }
}
