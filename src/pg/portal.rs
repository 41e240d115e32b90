//! The cursors of a session, while code of another role runs in it.

use std::ffi::{CStr, CString};

use pgrx::pg_sys;

use super::array::elements_of;
use super::varlena::bytes_of;

/// Cursors that nobody can fetch from, close or declare again, until this is dropped: whoever opened
/// them goes on fetching, with rights that the code which runs meanwhile does not have.
pub struct HeldCursors(Vec<(CString, pg_sys::PortalStatus::Type)>);

impl HeldCursors {
    /// Holds all that are open.
    pub fn all() -> HeldCursors {
        let held = names().into_iter().filter_map(|name| {
            let portal = portal_named(&name)?;
            let status = portal.status;
            portal.status = pg_sys::PortalStatus::PORTAL_ACTIVE;
            Some((name, status))
        });
        HeldCursors(held.collect())
    }

    /// Closes all others, which were opened meanwhile.
    pub fn close_others(&self) {
        for name in names().iter().filter(|name| !self.0.iter().any(|it| it.0 == **name)) {
            if let Some(portal) = portal_named(name) {
                // SAFETY: the portal was just found; the server refuses one that runs.
                unsafe { pg_sys::PortalDrop(portal, false) };
            }
        }
    }
}

impl Drop for HeldCursors {
    /// Also where an error ends the code: the server would take them for running, and leave them.
    fn drop(&mut self) {
        for (name, status) in &self.0 {
            if let Some(portal) = portal_named(name) {
                portal.status = *status;
            }
        }
    }
}

fn portal_named<'a>(name: &CStr) -> Option<&'a mut pg_sys::PortalData> {
    // SAFETY: a portal that the server knows is alive; nothing else runs while it is looked at.
    unsafe { pg_sys::GetPortalByName(name.as_ptr()).as_mut() }
}

/// The names of all cursors.
fn names() -> Vec<CString> {
    let mut names = vec![];
    // SAFETY: the query reads nothing but the server's own list, whatever the search path; its one
    // value, if it is not NULL, is an array of texts, copied before it goes.
    unsafe {
        pg_sys::SPI_connect();
        let query = c"SELECT pg_catalog.array_agg(c.name) FROM pg_catalog.pg_cursors AS c";
        pg_sys::SPI_execute(query.as_ptr(), true, 1);
        let result = pg_sys::SPI_tuptable.as_ref().filter(|it| it.numvals > 0);
        if let Some(result) = result {
            let mut is_null = true;
            let value = pg_sys::SPI_getbinval(*result.vals, result.tupdesc, 1, &mut is_null);
            if !is_null {
                let found = elements_of(value, pg_sys::TEXTOID).into_iter().flatten();
                names.extend(found.filter_map(|it| CString::new(bytes_of(it)).ok()));
            }
        }
        pg_sys::SPI_finish();
    }
    names
}
