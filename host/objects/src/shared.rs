//! A storage by reference, shared or boxed is a storage.

use std::sync::Arc;

use crate::StorageBackend;

/// Has a type do all that a storage in it does.
macro_rules! forward {
    ([$($generics:tt)*] $storage:ty, $this:ident => $inner:expr) => {
        #[async_trait::async_trait]
        impl $($generics)* $crate::StorageBackend for $storage {
            async fn get(&self, key: &str) -> Result<bytes::Bytes, $crate::StorageError> {
                let $this = self;
                ($inner).get(key).await
            }

            async fn get_opt(
                &self,
                key: &str,
            ) -> Result<Option<bytes::Bytes>, $crate::StorageError> {
                let $this = self;
                ($inner).get_opt(key).await
            }

            async fn put(
                &self,
                key: &str,
                data: bytes::Bytes,
            ) -> Result<(), $crate::StorageError> {
                let $this = self;
                ($inner).put(key, data).await
            }

            async fn delete(&self, key: &str) -> Result<(), $crate::StorageError> {
                let $this = self;
                ($inner).delete(key).await
            }

            async fn exists(&self, key: &str) -> Result<bool, $crate::StorageError> {
                let $this = self;
                ($inner).exists(key).await
            }

            async fn list(
                &self,
                prefix: &str,
            ) -> Result<Vec<String>, $crate::StorageError> {
                let $this = self;
                ($inner).list(prefix).await
            }

            async fn head(
                &self,
                key: &str,
            ) -> Result<$crate::ObjectMeta, $crate::StorageError> {
                let $this = self;
                ($inner).head(key).await
            }

            async fn put_described(
                &self,
                key: &str,
                data: bytes::Bytes,
                metadata: &[(String, String)],
            ) -> Result<(), $crate::StorageError> {
                let $this = self;
                ($inner).put_described(key, data, metadata).await
            }

            async fn get_described(
                &self,
                key: &str,
                most: u64,
            ) -> Result<$crate::Described, $crate::StorageError> {
                let $this = self;
                ($inner).get_described(key, most).await
            }

            async fn get_stream(
                &self,
                key: &str,
            ) -> Result<
                futures_util::stream::BoxStream<'_, Result<bytes::Bytes, $crate::StorageError>>,
                $crate::StorageError,
            > {
                let $this = self;
                ($inner).get_stream(key).await
            }

            async fn put_stream(
                &self,
                key: &str,
                stream: futures_util::stream::BoxStream<'_, bytes::Bytes>,
            ) -> Result<(), $crate::StorageError> {
                let $this = self;
                ($inner).put_stream(key, stream).await
            }

            async fn put_try_stream(
                &self,
                key: &str,
                stream: futures_util::stream::BoxStream<'_, std::io::Result<bytes::Bytes>>,
            ) -> Result<(), $crate::StorageError> {
                let $this = self;
                ($inner).put_try_stream(key, stream).await
            }

            async fn get_range(
                &self,
                key: &str,
                range: std::ops::Range<u64>,
            ) -> Result<bytes::Bytes, $crate::StorageError> {
                let $this = self;
                ($inner).get_range(key, range).await
            }

            async fn list_objects(
                &self,
                prefix: &str,
            ) -> Result<
                futures_util::stream::BoxStream<'_, Result<$crate::ObjectMeta, $crate::StorageError>>,
                $crate::StorageError,
            > {
                let $this = self;
                ($inner).list_objects(prefix).await
            }

            async fn put_new(
                &self,
                key: &str,
                data: bytes::Bytes,
            ) -> Result<bool, $crate::StorageError> {
                let $this = self;
                ($inner).put_new(key, data).await
            }

            async fn delete_many(
                &self,
                keys: &[String],
            ) -> Result<(), $crate::StorageError> {
                let $this = self;
                ($inner).delete_many(keys).await
            }
        }
    };
}

#[allow(unused_imports, reason = "without servers, only here")]
pub(crate) use forward;

forward!([<S: StorageBackend + ?Sized>] &S, this => **this);
forward!([<S: StorageBackend + ?Sized>] Box<S>, this => **this);
forward!([<S: StorageBackend + ?Sized>] Arc<S>, this => **this);
