use pgrx::pg_sys;

/// Whether texts of the database are UTF-8.
pub fn is_unicode() -> bool {
    // SAFETY: reads a setting of the session.
    unsafe { pg_sys::GetDatabaseEncoding() == pg_sys::pg_enc::PG_UTF8 as i32 }
}
