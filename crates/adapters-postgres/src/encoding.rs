//! The encoding of the database, which must support every text.

use sqlx::{ConnectOptions, Connection};
use thiserror::Error;

use crate::Postgres;

const NEEDED: &str = "UTF8";

/// The reason why a database cannot be used.
#[derive(Debug, Error)]
pub enum EncodingError {
    /// An encoding that does not support every character.
    #[error(
        "its encoding is {0}, and must be {NEEDED}: make another with CREATE DATABASE … ENCODING '{NEEDED}' TEMPLATE template0"
    )]
    Other(String),
    /// An error of the database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Postgres {
    /// Checks that the database can store every text.
    pub async fn expect_utf8(&self) -> Result<(), EncodingError> {
        let mut connection = self.options.connect().await?;
        let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut connection).await?;
        connection.close().await?;
        if encoding == NEEDED { Ok(()) } else { Err(EncodingError::Other(encoding)) }
    }
}
