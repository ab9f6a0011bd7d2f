//! The machine that speeds are measured on.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Host and device: all of the machine that decides how fast a step is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Name of the host.
    pub host: String,
    /// The device by its name in experiments: `cpu`, `cuda:0`.
    pub device: String,
    /// Model of the processor that computes, a GPU's where the device is one.
    pub processor: String,
    /// Threads on the processor's cores, which also feed a GPU.
    pub threads: usize,
}

impl Machine {
    /// This machine with the device of this name and all the cores that may be used.
    pub fn here(device: &str) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let gpu = device.split_once("cuda").map(|(_, index)| {
            let index = index.trim_start_matches(':').parse().unwrap_or(0);
            gpu(Path::new("/proc/driver/nvidia/gpus"), index)
        });
        Self {
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            device: device.to_owned(),
            processor: gpu.unwrap_or_else(|| cpu(Path::new("/proc/cpuinfo"))),
            threads,
        }
    }

    /// Processor and threads as a report names them.
    pub fn shown(&self) -> String {
        let threads = match self.threads {
            1 => "1 thread".to_owned(),
            threads => format!("{threads} threads"),
        };
        // What LibTorch computes on the same processor is another speed.
        let library = if self.device.starts_with("tch") {
            " with LibTorch"
        } else {
            ""
        };
        format!("{}{library}, {threads}", self.processor)
    }
}

/// The model of the first processor; its architecture where the system tells no model.
fn cpu(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let architecture = || format!("{} processor", std::env::consts::ARCH);
    field(&text, "model name").unwrap_or_else(architecture)
}

/// The model of a GPU by its place among those that the driver lists.
fn gpu(folder: &Path, index: usize) -> String {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.sort();
    let information = folders.get(index).map(|gpu| gpu.join("information"));
    let text = information.and_then(|file| fs::read_to_string(file).ok());
    let model = text.and_then(|text| field(&text, "Model"));
    model.unwrap_or_else(|| format!("NVIDIA GPU {index}"))
}

/// The value in the first line `name : value`.
fn field(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(found, _)| found.trim() == name)?;
    let words: Vec<&str> = value.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn models_are_read_from_what_the_system_says() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cpuinfo");
        fs::write(
            &file,
            "processor\t: 0\nmodel name\t: AMD  EPYC 9\nmodel name\t: b\n",
        )
        .unwrap();
        assert_eq!(cpu(&file), "AMD EPYC 9");
        assert!(cpu(&folder.path().join("none")).ends_with(" processor"));
        for (bus, model) in [("0000:b1", "B"), ("0000:a1", "A")] {
            let gpu = folder.path().join(bus);
            fs::create_dir(&gpu).unwrap();
            fs::write(
                gpu.join("information"),
                format!("Model: \t NVIDIA {model}\nIRQ: 1\n"),
            )
            .unwrap();
        }
        fs::remove_file(file).unwrap();
        let models = [0, 1, 2].map(|index| gpu(folder.path(), index));
        assert_eq!(models, ["NVIDIA A", "NVIDIA B", "NVIDIA GPU 2"]);
    }

    #[test]
    fn this_machine_is_itself_and_not_another_device() {
        let here = Machine::here("cpu");
        assert_eq!(here, Machine::here("cpu"));
        assert!(here.threads > 0 && !here.processor.is_empty());
        assert_ne!(here, Machine::here("tch:cpu"));
        assert!(Machine::here("tch:cpu").shown().contains("with LibTorch"));
    }
}
