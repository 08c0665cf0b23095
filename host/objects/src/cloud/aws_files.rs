//! What a user has set up for Amazon's own programs: the profiles of
//! `~/.aws/config` and `~/.aws/credentials`.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use configparser::ini::{Ini, IniDefault};
use object_store::aws::AwsCredentialProvider;
use sanchay_storage::escaped;

use super::role::{self, Role};
use super::s3::variable;
use super::sso::Sso;
use super::temporary::{Process, Temporary};
use super::{Patience, S3Credentials};
use crate::StorageError;

/// What a profile says, by key.
type Settings = BTreeMap<String, String>;

/// How many roles may be assumed one by the other.
const MOST_ROLES: usize = 5;

/// The profile that was chosen.
#[derive(Debug, Default)]
pub(super) struct AwsFiles {
    name: String,
    profile: Settings,
    /// All profiles, which others may refer to.
    all: Arc<Profiles>,
    /// What the profile refers to for SSO.
    session: Settings,
    /// Where the tokens of those who have signed in are.
    cache: PathBuf,
}

/// The credentials of a profile.
pub(super) enum Found {
    /// They are all there.
    Keys(S3Credentials),
    /// They are fetched when they are needed.
    Provider(AwsCredentialProvider),
    /// There are none.
    Nothing,
}

/// What both files say, by the names of their sections.
#[derive(Debug, Default)]
struct Profiles {
    config: BTreeMap<String, Settings>,
    credentials: BTreeMap<String, Settings>,
}

impl Profiles {
    /// What both say of a profile; `None` if neither does.
    fn profile(&self, name: &str) -> Option<Settings> {
        let prefixed = self.config.get(&format!("profile {name}"));
        let of_config = match name {
            "default" => self.config.get("default").or(prefixed),
            _ => prefixed,
        };
        let of_credentials = self.credentials.get(name);
        if of_config.is_none() && of_credentials.is_none() {
            return None;
        }
        let mut profile = of_config.cloned().unwrap_or_default();
        profile.extend(of_credentials.cloned().unwrap_or_default());
        Some(profile)
    }

    /// What a profile refers to for SSO.
    fn session(&self, profile: &Settings) -> Settings {
        let name = profile.get("sso_session");
        let section =
            name.and_then(|it| self.config.get(&format!("sso-session {it}")));
        section.cloned().unwrap_or_default()
    }
}

impl AwsFiles {
    /// No files.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// Those of the user, as the environment says where they are.
    pub(super) fn of_user(
        profile: Option<&str>,
    ) -> Result<Self, StorageError> {
        let home = variable(sanchay_system::host::HOME)
            .map(PathBuf::from)
            .unwrap_or_default();
        let folder = home.join(".aws");
        let at = |name, file| {
            variable(name).map_or_else(|| folder.join(file), PathBuf::from)
        };
        let config = read(&at("AWS_CONFIG_FILE", "config"))?;
        let credentials =
            read(&at("AWS_SHARED_CREDENTIALS_FILE", "credentials"))?;
        let named = profile.map(str::to_owned);
        let named = named.or_else(|| variable("AWS_PROFILE"));
        let cache = folder.join("sso").join("cache");
        Self::chosen(named.as_deref(), &config, &credentials, cache)
    }

    /// The profile with a name, or the default one, which need not be there.
    fn chosen(
        name: Option<&str>,
        config: &str,
        credentials: &str,
        cache: PathBuf,
    ) -> Result<Self, StorageError> {
        let all = Profiles {
            config: parse("config", config)?,
            credentials: parse("credentials", credentials)?,
        };
        let chosen = name.unwrap_or("default").to_owned();
        let profile = all.profile(&chosen);
        if name.is_some() && profile.is_none() {
            return Err(StorageError::Other(format!(
                "there is no profile {chosen:?} in ~/.aws"
            )));
        }
        let profile = profile.unwrap_or_default();
        let session = all.session(&profile);
        let all = Arc::new(all);
        Ok(Self { name: chosen, profile, all, session, cache })
    }

    fn setting(&self, key: &str) -> Option<&str> {
        self.profile
            .get(key)
            .or_else(|| self.session.get(key))
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    pub(super) fn region(&self) -> Option<String> {
        self.setting("region").map(str::to_owned)
    }

    pub(super) fn endpoint(&self) -> Option<String> {
        self.setting("endpoint_url").map(str::to_owned)
    }

    /// The credentials of the profile.
    pub(super) fn credentials(
        &self,
        patience: Patience,
    ) -> Result<Found, StorageError> {
        self.credentials_after(patience, 0)
    }

    /// The same of a profile that is so many roles away from the one that was
    /// chosen.
    fn credentials_after(
        &self,
        patience: Patience,
        roles: usize,
    ) -> Result<Found, StorageError> {
        if self.setting("role_arn").is_some() {
            return self.role(patience, roles);
        }
        self.own_credentials(patience)
    }

    /// Those of the role that the profile assumes.
    fn role(
        &self,
        patience: Patience,
        roles: usize,
    ) -> Result<Found, StorageError> {
        let refused = |why: &str| {
            Err(StorageError::PermissionDenied(format!(
                "the profile {:?} assumes a role, {why}",
                self.name,
            )))
        };
        if self.setting("mfa_serial").is_some() {
            return refused(
                "for which somebody is asked for a code (mfa_serial): use a \
                 profile with `credential_process = aws configure \
                 export-credentials --profile ...`",
            );
        }
        let Some(source) = self.setting("source_profile") else {
            return refused(
                "and has no source_profile, which alone is known here",
            );
        };
        if roles >= MOST_ROLES {
            return refused("as do the profiles that it does so by: too many");
        }
        let found = match self.all.profile(source) {
            // One that names itself has the keys beside the role.
            Some(_) if source == self.name => {
                self.own_credentials(patience)?
            }
            Some(profile) => {
                let session = self.all.session(&profile);
                let source = Self {
                    name: source.to_owned(),
                    profile,
                    all: Arc::clone(&self.all),
                    session,
                    cache: self.cache.clone(),
                };
                source.credentials_after(patience, roles + 1)?
            }
            None => return refused("by a source_profile that is not there"),
        };
        let source = match found {
            Found::Keys(keys) => keys.provider()?,
            Found::Provider(provider) => provider,
            Found::Nothing => {
                return refused("by a source_profile without credentials");
            }
        };
        let text = |key| self.setting(key).map(str::to_owned);
        Ok(Found::Provider(role::provider(Role {
            arn: text("role_arn").unwrap_or_default(),
            session: text("role_session_name")
                .unwrap_or_else(|| "sanchay".to_owned()),
            external_id: text("external_id"),
            duration: text("duration_seconds"),
            region: self.region().unwrap_or_else(|| "us-east-1".to_owned()),
            endpoint: variable("AWS_ENDPOINT_URL_STS"),
            source,
            patience,
        })))
    }

    /// The credentials that the profile has itself.
    fn own_credentials(
        &self,
        patience: Patience,
    ) -> Result<Found, StorageError> {
        let id = self.setting("aws_access_key_id");
        let key = self.setting("aws_secret_access_key");
        if let (Some(id), Some(key)) = (id, key) {
            let token = self.setting("aws_session_token");
            return Ok(Found::Keys(S3Credentials {
                key_id: id.to_owned(),
                secret_key: key.into(),
                session_token: token.map(Into::into),
            }));
        }
        if let Some(sso) = self.sso(patience) {
            return Ok(Found::Provider(Arc::new(Temporary::new(sso))));
        }
        match self.setting("credential_process") {
            Some(command) => {
                let process = Process { command: command.to_owned() };
                Ok(Found::Provider(Arc::new(Temporary::new(process))))
            }
            None => Ok(Found::Nothing),
        }
    }

    fn sso(&self, patience: Patience) -> Option<Sso> {
        let session = self.setting("sso_session");
        let start = self.setting("sso_start_url");
        Some(Sso {
            account: self.setting("sso_account_id")?.to_owned(),
            role: self.setting("sso_role_name")?.to_owned(),
            region: self.setting("sso_region")?.to_owned(),
            token: Sso::token_file(&self.cache, session.or(start)?),
            endpoint: variable("AWS_ENDPOINT_URL_SSO"),
            patience,
        })
    }
}

/// The text of a file, or nothing if there is none.
fn read(path: &Path) -> Result<String, StorageError> {
    match fs::read_to_string(path) {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory
            ) =>
        {
            Ok(String::new())
        }
        text => text.map_err(|error| {
            let shown = escaped(path.as_os_str().as_encoded_bytes());
            let what = format!("{shown}: {error}");
            StorageError::Io(std::io::Error::new(error.kind(), what))
        }),
    }
}

/// The sections of a file. What is wrong with it is not repeated: it may be a
/// key.
fn parse(
    name: &str,
    text: &str,
) -> Result<BTreeMap<String, Settings>, StorageError> {
    let mut form = IniDefault::default();
    form.case_sensitive = true;
    form.comment_symbols = vec!['#', ';'];
    form.inline_comment_symbols = Some(Vec::new());
    form.delimiters = vec!['='];
    let read = Ini::new_from_defaults(form).read(text.to_owned());
    let sections = read.map_err(|_| {
        StorageError::Other(format!(
            "the file {name} of ~/.aws is no INI file"
        ))
    })?;
    let settings = |of: std::collections::HashMap<String, Option<String>>| {
        of.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    };
    Ok(sections
        .into_iter()
        .map(|(name, of)| {
            // `[profile  x]` is one of `x`, too.
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            (name, settings(of))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{AwsFiles, Found};
    use crate::StorageError;
    use crate::cloud::Patience;

    const CONFIG: &str = "\
# what a user has
[default]
region = eu-central-1
s3 =
    max_concurrent_requests = 20
[profile work]
region=us-west-2
endpoint_url = http://127.0.0.1:9000
[profile tool]
credential_process = echo {}
[profile signed-in]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Reader
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
[profile role]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = default
";

    const CREDENTIALS: &str = "\
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = a+b/c=;d#e
[work]
aws_access_key_id = AKIAWORK
aws_secret_access_key = secret
aws_session_token = token
";

    fn chosen(name: Option<&str>) -> Result<AwsFiles, StorageError> {
        AwsFiles::chosen(name, CONFIG, CREDENTIALS, PathBuf::new())
    }

    fn keys(name: Option<&str>) -> (String, String, Option<String>) {
        let found = chosen(name).unwrap().credentials(Patience::default());
        let Found::Keys(keys) = found.unwrap() else { panic!("no keys") };
        let token = keys.session_token.map(|it| it.reveal().to_owned());
        (keys.key_id, keys.secret_key.reveal().to_owned(), token)
    }

    #[test]
    fn a_profile_is_what_both_files_say_of_it() {
        let default = chosen(None).unwrap();
        assert_eq!(default.region().as_deref(), Some("eu-central-1"));
        assert_eq!(default.endpoint(), None);
        let expected = ("AKIADEFAULT".into(), "a+b/c=;d#e".into(), None);
        assert_eq!(keys(None), expected);
        let work = chosen(Some("work")).unwrap();
        assert_eq!(work.region().as_deref(), Some("us-west-2"));
        assert_eq!(work.endpoint().unwrap(), "http://127.0.0.1:9000");
        let expected =
            ("AKIAWORK".into(), "secret".into(), Some("token".into()));
        assert_eq!(keys(Some("work")), expected);
    }

    #[test]
    fn what_is_fetched_is_fetched_when_it_is_needed() {
        for name in ["tool", "signed-in"] {
            let profile = chosen(Some(name)).unwrap();
            let found = profile.credentials(Patience::default()).unwrap();
            assert!(matches!(found, Found::Provider(_)), "{name}");
        }
    }

    #[test]
    fn a_profile_that_is_named_must_be_there_and_the_default_need_not() {
        let error = chosen(Some("nobody")).unwrap_err().to_string();
        assert!(error.contains("no profile \"nobody\""), "{error}");
        let none = AwsFiles::chosen(None, "", "", PathBuf::new()).unwrap();
        let found = none.credentials(Patience::default()).unwrap();
        assert!(matches!(found, Found::Nothing));
    }

    #[test]
    fn a_role_is_assumed_by_another_profile_or_says_why_not() {
        let role = chosen(Some("role")).unwrap();
        let found = role.credentials(Patience::default()).unwrap();
        assert!(matches!(found, Found::Provider(_)));
        for (settings, why) in [
            ("", "no source_profile"),
            ("source_profile = nobody", "not there"),
            ("source_profile = x", "without credentials"),
            ("source_profile = y", "too many"),
            ("source_profile = default\nmfa_serial = z", "mfa_serial"),
        ] {
            let config = format!(
                "{CONFIG}\n[profile x]\nrole_arn = arn:x\n{settings}\n\
                 [profile y]\nrole_arn = arn:y\nsource_profile = x\n"
            );
            let role = AwsFiles::chosen(
                Some("x"),
                &config,
                CREDENTIALS,
                PathBuf::new(),
            );
            let found = role.unwrap().credentials(Patience::default());
            let error = found.err().unwrap();
            assert!(matches!(error, StorageError::PermissionDenied(_)));
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    #[test]
    fn what_is_no_file_of_profiles_is_not_repeated() {
        let bad = "[default\naws_secret_access_key = topsecret";
        let read = AwsFiles::chosen(None, "", bad, PathBuf::new());
        if let Err(error) = read {
            assert!(!error.to_string().contains("topsecret"), "{error}");
        }
    }
}
