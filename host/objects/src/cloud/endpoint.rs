//! Addresses of servers, checked before anything is built of them.

use url::{Host, Url};

use crate::StorageError;

/// Checks the address of a server: HTTP or HTTPS, with a host and without a
/// user, a query or a fragment. The message does not repeat it: it may contain
/// a password.
pub(super) fn check(address: &str) -> Result<Url, StorageError> {
    let wrong = |why: &str| {
        Err(StorageError::Other(format!("the endpoint cannot be used: {why}")))
    };
    let Ok(url) = Url::parse(address) else {
        return wrong("it is no URL, such as http://127.0.0.1:9000");
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return wrong("it begins neither with http:// nor with https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("it contains a user or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("it contains a query or a fragment");
    }
    Ok(url)
}

/// Whether this machine itself is asked, which no proxy can do.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether it is one of the addresses that tell a machine of the clouds its
/// credentials.
pub(super) fn is_metadata(host: &str) -> bool {
    host.starts_with("169.254.")
        || host == "metadata.google.internal"
        || host == "metadata"
        || host == "[fd00:ec2::254]"
}

#[cfg(test)]
mod tests {
    use super::{check, is_loopback};

    #[test]
    fn an_endpoint_has_a_host_and_no_password() {
        for good in ["http://127.0.0.1:9000", "https://s3.example.org/base"] {
            check(good).unwrap();
        }
        for bad in [
            "",
            "127.0.0.1:9000",
            "ftp://host",
            "http://",
            "s3://bucket",
            "http://me:secret@host",
            "http://me@host",
            "http://host?a=b",
        ] {
            let error = check(bad).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn this_machine_has_several_addresses() {
        for (address, expected) in [
            ("http://127.0.0.1:1", true),
            ("http://[::1]:1", true),
            ("http://localhost", true),
            ("https://example.org", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(is_loopback(&check(address).unwrap()), expected);
        }
    }
}
