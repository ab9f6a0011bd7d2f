//! Where the hub and its cache are, from the variables that Hugging Face's libraries read.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// The hub that is asked where no variable names another.
const ENDPOINT: &str = "https://huggingface.co";

/// Where the hub and its cache are.
#[derive(Clone, PartialEq, Eq)]
pub struct HubSettings {
    /// Folder of the cache, which holds a folder per model.
    pub cache: PathBuf,
    /// Address of the hub, without a slash at its end.
    pub endpoint: String,
    /// The token sent along, which models need that are not public.
    pub token: Option<String>,
    /// Whether nothing may be fetched.
    pub offline: bool,
}

impl HubSettings {
    /// From the environment: `HF_HUB_CACHE`, else `hub` below `HF_HOME`, else below the
    /// user's cache folder; `HF_ENDPOINT`; `HF_TOKEN`, else the file that logging in
    /// leaves (`HF_TOKEN_PATH`, else `token` below `HF_HOME`); `HF_HUB_OFFLINE`.
    pub fn from_environment() -> Self {
        let home = std::env::home_dir().unwrap_or_default();
        Self::from_variables(&home, |name| std::env::var_os(name))
    }

    /// The same with another home folder and other variables. An empty variable counts
    /// as one that is not set.
    pub(crate) fn from_variables(home: &Path, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let folder = |name: &str| variable(name).map(PathBuf::from);
        let text = |name: &str| variable(name).map(|value| value.to_string_lossy().into_owned());
        let hub_home = folder("HF_HOME").unwrap_or_else(|| {
            let cache = folder("XDG_CACHE_HOME").unwrap_or_else(|| home.join(".cache"));
            cache.join("huggingface")
        });
        let token_file = folder("HF_TOKEN_PATH").unwrap_or_else(|| hub_home.join("token"));
        let token = text("HF_TOKEN").or_else(|| std::fs::read_to_string(token_file).ok());
        let offline = text("HF_HUB_OFFLINE").unwrap_or_default().to_lowercase();
        Self {
            cache: folder("HF_HUB_CACHE").unwrap_or_else(|| hub_home.join("hub")),
            endpoint: text("HF_ENDPOINT")
                .unwrap_or_else(|| ENDPOINT.to_owned())
                .trim_end_matches('/')
                .to_owned(),
            token: token
                .map(|token| token.trim().to_owned())
                .filter(|token| !token.is_empty()),
            offline: ["1", "on", "yes", "true"].contains(&offline.as_str()),
        }
    }
}

impl fmt::Debug for HubSettings {
    /// Leaves the token out, which nobody wants in a log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HubSettings")
            .field("cache", &self.cache)
            .field("endpoint", &self.endpoint)
            .field("token", &self.token.as_ref().map(|_| "…"))
            .field("offline", &self.offline)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn with(variables: &[(&str, &str)]) -> HubSettings {
        HubSettings::from_variables(Path::new("/home/ada"), |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn without_variables_everything_is_at_its_usual_place() {
        let settings = with(&[("HF_HOME", ""), ("HF_TOKEN", "")]);
        assert_eq!(
            settings,
            HubSettings {
                cache: "/home/ada/.cache/huggingface/hub".into(),
                endpoint: "https://huggingface.co".to_owned(),
                token: None,
                offline: false,
            }
        );
    }

    #[test]
    fn the_nearer_variable_names_the_cache() {
        let mut variables = vec![("XDG_CACHE_HOME", "/xdg")];
        assert_eq!(
            with(&variables).cache,
            PathBuf::from("/xdg/huggingface/hub")
        );
        variables.push(("HF_HOME", "/hf"));
        assert_eq!(with(&variables).cache, PathBuf::from("/hf/hub"));
        variables.push(("HF_HUB_CACHE", "/cache"));
        assert_eq!(with(&variables).cache, PathBuf::from("/cache"));
    }

    #[test]
    fn endpoint_token_and_offline_are_read() {
        let settings = with(&[
            ("HF_ENDPOINT", "http://mirror:80/"),
            ("HF_TOKEN", " hf_secret\n"),
            ("HF_HUB_OFFLINE", "True"),
        ]);
        assert_eq!(settings.endpoint, "http://mirror:80");
        assert_eq!(settings.token.as_deref(), Some("hf_secret"));
        assert!(settings.offline);
        assert!(!format!("{settings:?}").contains("secret"));
        assert!(!with(&[("HF_HUB_OFFLINE", "0")]).offline);
    }

    #[test]
    fn the_token_of_a_login_is_found() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("token"), "hf_file\n").unwrap();
        let home = home.path().to_str().unwrap();
        assert_eq!(with(&[("HF_HOME", home)]).token.as_deref(), Some("hf_file"));
        let both = with(&[("HF_HOME", home), ("HF_TOKEN", "hf_variable")]);
        assert_eq!(both.token.as_deref(), Some("hf_variable"));
    }
}
