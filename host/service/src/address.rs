//! The address of a database, kept out of what is logged.

use std::{convert::Infallible, fmt, str::FromStr};

/// The address of a database, which may have a password in it: it is told to
/// nobody, neither in a log nor in a complaint.
#[derive(Clone)]
pub struct DatabaseAddress(String);

impl DatabaseAddress {
    /// Whether it is the address of a kind of database that is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        let schemes = ["postgres://", "postgresql://"];
        schemes.iter().any(|it| self.0.starts_with(it))
    }

    /// The address, for those who connect.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"...\"")
    }
}

impl From<String> for DatabaseAddress {
    fn from(address: String) -> Self {
        Self(address)
    }
}

impl FromStr for DatabaseAddress {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use crate::Config;

    #[test]
    fn a_configuration_that_is_shown_keeps_its_password_to_itself() {
        let mut config = Config::new(PathBuf::new(), PathBuf::new());
        let address = "postgres://me:secret@db/jobs".to_owned();
        config.database = Some(address.into());
        assert!(!format!("{config:?}").contains("secret"));
    }
}
