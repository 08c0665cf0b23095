//! What a tensor is like, without its contents.

use serde::{Deserialize, Serialize};

use crate::{MithrilError, Result};

/// What a tensor is like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TensorMeta {
    /// Its name.
    pub name: String,
    /// How many elements it has in each dimension; none for a single element.
    pub shape: Vec<usize>,
    /// What its elements are.
    pub dtype: DType,
    /// Its size in bytes.
    pub size_bytes: u64,
}

impl TensorMeta {
    /// A tensor of this shape, whose size follows.
    ///
    /// # Errors
    /// [`MithrilError::InvalidArgument`] if that has more than 2^64 bytes.
    pub fn new(
        name: impl Into<String>,
        shape: Vec<usize>,
        dtype: DType,
    ) -> Result<Self> {
        let mut size_bytes = dtype.size_bytes() as u64;
        for length in &shape {
            let length = *length as u64;
            size_bytes = size_bytes.checked_mul(length).ok_or_else(|| {
                MithrilError::InvalidArgument(format!(
                    "a tensor of shape {shape:?} has more than 2^64 bytes"
                ))
            })?;
        }
        Ok(Self { name: name.into(), shape, dtype, size_bytes })
    }

    /// How many elements it has.
    #[must_use]
    pub fn elements(&self) -> u64 {
        // No element has a size of 0.
        self.size_bytes / self.dtype.size_bytes() as u64
    }
}

/// What the elements of a tensor are. Numbers of several bytes are
/// little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DType {
    /// IEEE 754 binary32.
    Float32,
    /// IEEE 754 binary16.
    Float16,
    /// The upper half of a binary32.
    BFloat16,
    /// IEEE 754 binary64.
    Float64,
    /// Signed, 8 bits.
    Int8,
    /// Signed, 16 bits.
    Int16,
    /// Signed, 32 bits.
    Int32,
    /// Signed, 64 bits.
    Int64,
    /// Unsigned, 8 bits.
    UInt8,
    /// Unsigned, 16 bits.
    UInt16,
    /// Unsigned, 32 bits.
    UInt32,
    /// Unsigned, 64 bits.
    UInt64,
    /// A byte, 0 or 1.
    Bool,
}

/// Each type with NumPy's name and with its code in the array interface.
const NUMPY: [(DType, &str, &str); 13] = [
    (DType::Float32, "float32", "f4"),
    (DType::Float16, "float16", "f2"),
    // NumPy itself has none; `ml_dtypes` gives it this name.
    (DType::BFloat16, "bfloat16", "bfloat16"),
    (DType::Float64, "float64", "f8"),
    (DType::Int8, "int8", "i1"),
    (DType::Int16, "int16", "i2"),
    (DType::Int32, "int32", "i4"),
    (DType::Int64, "int64", "i8"),
    (DType::UInt8, "uint8", "u1"),
    (DType::UInt16, "uint16", "u2"),
    (DType::UInt32, "uint32", "u4"),
    (DType::UInt64, "uint64", "u8"),
    (DType::Bool, "bool", "b1"),
];

impl DType {
    /// All of them.
    pub const ALL: [Self; 13] = {
        let mut all = [Self::Bool; 13];
        let mut at = 0;
        while at < all.len() {
            #[expect(
                clippy::indexing_slicing,
                reason = "in a constant, within both arrays"
            )]
            {
                all[at] = NUMPY[at].0;
            }
            at += 1;
        }
        all
    };

    /// The size of an element in bytes.
    #[must_use]
    pub const fn size_bytes(&self) -> usize {
        match self {
            Self::Int8 | Self::UInt8 | Self::Bool => 1,
            Self::Float16 | Self::BFloat16 | Self::Int16 | Self::UInt16 => 2,
            Self::Float32 | Self::Int32 | Self::UInt32 => 4,
            Self::Float64 | Self::Int64 | Self::UInt64 => 8,
        }
    }

    /// The type that NumPy calls so: by its name (`float32`) or by its code
    /// (`<f4`, `f4`, `|b1`). `None` for big-endian numbers and for all others.
    #[must_use]
    pub fn from_numpy_str(s: &str) -> Option<Self> {
        if s == "?" {
            return Some(Self::Bool);
        }
        let (order, code) = match s.as_bytes().first()? {
            order @ (b'<' | b'>' | b'=' | b'|') => (*order, s.get(1..)?),
            _ => (0, s),
        };
        let named = NUMPY
            .iter()
            .find(|(_, name, of)| *of == code || order == 0 && *name == code);
        let (found, _, of) = named?;
        let little = match order {
            b'>' => found.size_bytes() == 1,
            b'=' => found.size_bytes() == 1 || cfg!(target_endian = "little"),
            // "Not applicable" applies to single bytes.
            b'|' => found.size_bytes() == 1,
            b'<' => of.len() == 2,
            _ => true,
        };
        little.then_some(*found)
    }

    /// NumPy's name of it: `float32`.
    #[must_use]
    pub fn to_numpy_str(&self) -> &'static str {
        let named = NUMPY.iter().find(|(dtype, _, _)| dtype == self);
        named.map_or("", |(_, name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::{DType, TensorMeta};

    #[test]
    fn every_type_has_a_name_of_numpy_that_leads_back_to_it() {
        for dtype in DType::ALL {
            let name = dtype.to_numpy_str();
            assert_eq!(DType::from_numpy_str(name), Some(dtype), "{name}");
            let digits: String =
                name.chars().filter(char::is_ascii_digit).collect();
            let bits = digits.parse().unwrap_or(8);
            assert_eq!(dtype.size_bytes() * 8, bits, "{name}");
        }
    }

    #[test]
    fn codes_of_the_array_interface_are_known_if_they_are_little_endian() {
        for (code, expected) in [
            ("<f4", Some(DType::Float32)),
            ("f2", Some(DType::Float16)),
            ("<i8", Some(DType::Int64)),
            ("|u1", Some(DType::UInt8)),
            (">u1", Some(DType::UInt8)),
            ("|b1", Some(DType::Bool)),
            ("?", Some(DType::Bool)),
            (">f4", None),
            ("|f4", None),
            ("<float32", None),
            ("<bfloat16", None),
            ("complex64", None),
            ("<c8", None),
            ("O", None),
            ("", None),
            ("<", None),
            ("é", None),
            ("float128", None),
        ] {
            assert_eq!(DType::from_numpy_str(code), expected, "{code}");
        }
    }

    #[test]
    fn the_size_of_a_tensor_follows_from_its_shape() {
        let of = |shape: &[usize]| {
            TensorMeta::new("w", shape.to_vec(), DType::Float32)
        };
        for (shape, size) in
            [(&[][..], 4), (&[3], 12), (&[2, 3, 5], 120), (&[7, 0], 0)]
        {
            let tensor = of(shape).unwrap();
            assert_eq!(tensor.size_bytes, size);
            assert_eq!(tensor.elements(), size / 4);
        }
        let error = of(&[usize::MAX, 2]).unwrap_err().to_string();
        assert!(error.contains("2^64"), "{error}");
    }

    #[test]
    fn a_tensor_is_written_as_json_and_read_again() {
        let tensor =
            TensorMeta::new("w", vec![2, 3], DType::BFloat16).unwrap();
        let json = serde_json::to_string(&tensor).unwrap();
        let expected =
            r#"{"name":"w","shape":[2,3],"dtype":"BFloat16","size_bytes":12}"#;
        assert_eq!(json, expected);
        let again: TensorMeta = serde_json::from_str(&json).unwrap();
        assert_eq!(again, tensor);
    }
}
