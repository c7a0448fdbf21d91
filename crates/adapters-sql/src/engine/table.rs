//! The declaration of a table that is read by the positions of its columns.

use sea_orm::{DbErr, QueryResult, TryGetable};

/// A reader of the columns of a row, one after the other.
pub(crate) struct Columns<'a> {
    row: &'a QueryResult,
    next: usize,
}

impl<'a> Columns<'a> {
    /// Starts at the first column.
    pub(crate) const fn of(row: &'a QueryResult) -> Self {
        Self { row, next: 0 }
    }

    /// Reads the next column.
    pub(crate) fn next<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        let place = self.next;
        self.next += 1;
        self.row.try_get_by_index(place)
    }
}

/// Declares a table once: the entity `Model`, which writes all columns, and `Row`, which reads the result of a SELECT
/// that begins with `Row::COLUMNS`. Columns are read by position, because a lookup by name takes as long as reading the
/// value. The columns under `write` are written, and read by conditions only.
macro_rules! table {
    (
        $table:tt as $alias:ident;
        key {
            $(#[$unread:meta])? $first:ident: $first_type:ty
            $(, $(#[$key_unread:meta])? $key:ident: $key_type:ty)* $(,)?
        }
        read { $($(#[$about:meta])* $field:ident $(as $column:tt)?: $type:ty),+ $(,)? }
        $(write { $($(#[$note:meta])* $written:ident: $written_type:ty),+ $(,)? })?
    ) => {
        #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
        #[sea_orm(table_name = $table)]
        pub(crate) struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub(crate) $first: $first_type,
            $(#[sea_orm(primary_key, auto_increment = false)] pub(crate) $key: $key_type,)*
            $($(#[$about])* $(#[sea_orm(column_name = $column)])? pub(crate) $field: $type,)+
            $($($(#[$note])* pub(crate) $written: $written_type,)+)?
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub(crate) enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}

        /// The columns that are read. Without `PartialEq`, which would use all of them, the compiler warns of a column that
        /// is read in vain.
        #[derive(Clone, Debug)]
        pub(crate) struct Row {
            $(#[$unread])? pub(crate) $first: $first_type,
            $($(#[$key_unread])? pub(crate) $key: $key_type,)*
            $(pub(crate) $field: $type,)+
        }

        impl Row {
            pub(crate) const COLUMNS: &'static str = concat!(
                stringify!($alias), ".", stringify!($first)
                $(, ", ", stringify!($alias), ".", stringify!($key))*
                $(, ", ", stringify!($alias), ".", $crate::engine::table::column!($field $(as $column)?))+
            );

            /// Reads the next columns.
            pub(crate) fn read(
                columns: &mut $crate::engine::table::Columns<'_>,
            ) -> Result<Self, sea_orm::DbErr> {
                Ok(Self { $first: columns.next()?, $($key: columns.next()?,)* $($field: columns.next()?,)+ })
            }
        }

        impl sea_orm::FromQueryResult for Row {
            fn from_query_result(row: &sea_orm::QueryResult, _: &str) -> Result<Self, sea_orm::DbErr> {
                Self::read(&mut $crate::engine::table::Columns::of(row))
            }
        }
    };
}

/// Declares columns once: their names, a positional reader, and their values in the same order.
macro_rules! columns {
    (
        $(#[$about:meta])*
        $visible:vis struct $name:ident {
            $first:ident: $first_type:ty
            $(, $field:ident $(as $column:tt)?: $type:ty)* $(,)?
        }
    ) => {
        $(#[$about])*
        $visible struct $name {
            pub(crate) $first: $first_type,
            $(pub(crate) $field: $type,)*
        }

        impl $name {
            pub(crate) const COLUMNS: &'static str =
                concat!(stringify!($first) $(, ", ", $crate::engine::table::column!($field $(as $column)?))*);

            /// Reads the next columns.
            pub(crate) fn read(columns: &mut $crate::engine::table::Columns<'_>) -> Result<Self, sea_orm::DbErr> {
                Ok(Self { $first: columns.next()?, $($field: columns.next()?,)* })
            }

            pub(crate) fn into_values(self) -> impl Iterator<Item = sea_orm::Value> {
                [sea_orm::Value::from(self.$first), $(self.$field.into(),)*].into_iter()
            }
        }
    };
}

/// Declares a row of one or more declared rows, which go before a `;`, and further columns, in this order.
macro_rules! joined {
    ($(#[$about:meta])* $visible:vis struct $name:ident { $($first:ident: $row:ty),+; $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$about])*
        $visible struct $name {
            $($first: $row,)+
            $($field: $type,)+
        }

        impl sea_orm::FromQueryResult for $name {
            fn from_query_result(row: &sea_orm::QueryResult, _: &str) -> Result<Self, sea_orm::DbErr> {
                let mut columns = $crate::engine::table::Columns::of(row);
                Ok(Self { $($first: <$row>::read(&mut columns)?,)+ $($field: columns.next()?,)+ })
            }
        }
    };
}

/// Expands to the name of a column.
macro_rules! column {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident as $column:literal) => {
        $column
    };
}

pub(crate) use {column, columns, joined, table};
