/// Names the SQL type of a Rust type, for the check of the install script.
macro_rules! sql_type {
    (@impl [$($generic:ident)?] $rust:ty, $name:ident, $mapping:expr) => {
        // SAFETY: the install script declares the functions; this only describes them, and a test
        // compares the two.
        unsafe impl$(<$generic>)? ::pgrx::pgrx_sql_entity_graph::metadata::SqlTranslatable for $rust {
            const TYPE_IDENT: &'static str = ::pgrx::pgrx_resolved_type!($name);
            const TYPE_ORIGIN: ::pgrx::pgrx_sql_entity_graph::metadata::TypeOrigin =
                ::pgrx::pgrx_sql_entity_graph::metadata::TypeOrigin::External;
            const ARGUMENT_SQL: ::std::result::Result<
                ::pgrx::pgrx_sql_entity_graph::metadata::SqlMappingRef,
                ::pgrx::pgrx_sql_entity_graph::metadata::ArgumentError,
            > = Ok($mapping);
            const RETURN_SQL: ::std::result::Result<
                ::pgrx::pgrx_sql_entity_graph::metadata::ReturnsRef,
                ::pgrx::pgrx_sql_entity_graph::metadata::ReturnsError,
            > = Ok(::pgrx::pgrx_sql_entity_graph::metadata::ReturnsRef::One($mapping));
        }
    };
    // A generic Rust type stands for one SQL type, whatever its parameter.
    (<$generic:ident> $rust:ty, $name:ident, $mapping:expr) => {
        $crate::pg::sql_type::sql_type!(@impl [$generic] $rust, $name, $mapping);
    };
    ($rust:ty, $name:ident, $mapping:expr) => {
        $crate::pg::sql_type::sql_type!(@impl [] $rust, $name, $mapping);
    };
}

/// A Rust type that stands for one SQL type.
macro_rules! sql_type_named {
    ($rust:ty, $name:ident, $sql:literal) => {
        $crate::pg::sql_type::sql_type!(
            $rust,
            $name,
            ::pgrx::pgrx_sql_entity_graph::metadata::SqlMappingRef::literal($sql)
        );
    };
}

/// A Rust type that no SQL argument stands for.
macro_rules! sql_type_skipped {
    ($rust:ty, $name:ident) => {
        $crate::pg::sql_type::sql_type!(
            $rust,
            $name,
            ::pgrx::pgrx_sql_entity_graph::metadata::SqlMappingRef::Skip
        );
    };
}

pub(super) use {sql_type, sql_type_named, sql_type_skipped};
