//! TLS, by a certificate and a key in files.

use std::{path::Path, sync::Arc};

use rustls::{ServerConfig, crypto::ring};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio_rustls::TlsAcceptor;

use crate::{config::TlsFiles, error::ServiceError};

/// Makes TLS connections of others.
pub(crate) type Acceptor = TlsAcceptor;

/// Reads a certificate and its key.
pub(crate) fn acceptor(files: &TlsFiles) -> Result<Acceptor, ServiceError> {
    let wrong = |path: &Path, why: String| ServiceError::Tls {
        path: path.to_owned(),
        why,
    };
    let (certificate, key) = (&files.certificate, &files.key);
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| {
            wrong(certificate, format!("no certificate: {error}"))
        })?;
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| wrong(key, format!("no private key: {error}")))?;
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(certificate, error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| wrong(certificate, error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
