//! The exceptions of `mithril`: those of its interfaces, and one for each
//! thing that a program may want to tell apart.

use std::io;

use mithril_core::{CasError, CompressionError, MithrilError, StorageError};
use pyo3::{create_exception, exceptions::PyException, prelude::*};

create_exception!(
    mithril,
    MithrilException,
    PyException,
    "Something of Mithril failed. All exceptions of this module are such."
);
create_exception!(
    mithril,
    StorageException,
    MithrilException,
    "A storage could not do what it was asked to. The message never contains \
     a credential; __cause__ is the system's OSError, where it refused."
);
create_exception!(
    mithril,
    NotFoundException,
    StorageException,
    "There is no object with that key."
);
create_exception!(
    mithril,
    PermissionDeniedException,
    StorageException,
    "The storage refuses: credentials that are missing, wrong or too weak, or \
     permissions of files."
);
create_exception!(
    mithril,
    ConnectionException,
    StorageException,
    "The server cannot be reached or does not answer, also after having been \
     asked again."
);
create_exception!(
    mithril,
    InvalidKeyException,
    StorageException,
    "That cannot be a key: it is empty, too long, absolute, reserved, or has \
     a component that is empty, a dot, two dots, or has control characters."
);
create_exception!(
    mithril,
    CompressionException,
    MithrilException,
    "Something could not be compressed or decompressed: it is damaged, cut \
     off, or larger than it may be."
);
create_exception!(
    mithril,
    InvalidDataException,
    CompressionException,
    "The data is not what this compressor makes."
);
create_exception!(
    mithril,
    CasException,
    MithrilException,
    "Content can be neither stored nor retrieved by its address."
);
create_exception!(
    mithril,
    ContentNotFoundException,
    CasException,
    "There is no content with that address."
);
create_exception!(
    mithril,
    InvalidAddressException,
    CasException,
    "That cannot be an address: it is no digest of the store's hash function \
     in lower-case hexadecimal."
);
create_exception!(
    mithril,
    CorruptContentException,
    CasException,
    "What is stored does not have the digest that it is stored by."
);

/// The exception for an error of Mithril's. What a reader or a writer in
/// Python raised is raised again.
pub fn to_py_err(error: MithrilError) -> PyErr {
    match error {
        MithrilError::Storage(error)
        | MithrilError::Cas(CasError::Storage(error)) => of_storage(error),
        MithrilError::Compression(error) => of_compression(error),
        MithrilError::Cas(error) => {
            let words = error.to_string();
            match error {
                CasError::NotFound(_) => {
                    ContentNotFoundException::new_err(words)
                }
                CasError::InvalidAddress(_) => {
                    InvalidAddressException::new_err(words)
                }
                CasError::Corrupt(_) => {
                    CorruptContentException::new_err(words)
                }
                CasError::Storage(_) => CasException::new_err(words),
            }
        }
        MithrilError::Io(error) => {
            caused(MithrilException::new_err(error.to_string()), error)
        }
        error => MithrilException::new_err(error.to_string()),
    }
}

fn of_storage(error: StorageError) -> PyErr {
    let words = error.to_string();
    match error {
        StorageError::NotFound(_) => NotFoundException::new_err(words),
        StorageError::PermissionDenied(_) => {
            PermissionDeniedException::new_err(words)
        }
        StorageError::Connection(_) => ConnectionException::new_err(words),
        StorageError::InvalidKey(_) => InvalidKeyException::new_err(words),
        StorageError::Io(error) => {
            caused(StorageException::new_err(words), error)
        }
        StorageError::Other(_) => StorageException::new_err(words),
    }
}

fn of_compression(error: CompressionError) -> PyErr {
    let words = error.to_string();
    match error {
        CompressionError::InvalidData => InvalidDataException::new_err(words),
        CompressionError::Io(error) => {
            caused(CompressionException::new_err(words), error)
        }
        _ => CompressionException::new_err(words),
    }
}

/// An exception with the system's as its cause; or what Python raised, where
/// that is what the error is.
fn caused(exception: PyErr, error: io::Error) -> PyErr {
    let raised = error.get_ref().is_some_and(|it| it.is::<PyErr>());
    let cause = PyErr::from(error);
    if raised {
        return cause;
    }
    Python::attach(|py| exception.set_cause(py, Some(cause)));
    exception
}
