//! JSON, whoever has parsed it.

use crate::decimal::Decimal;

/// A value of a JSON document. Whatever is absent or null is None.
pub trait Json<'a>: Copy {
    /// The value of a key, of an object.
    fn get(self, key: &str) -> Option<Self>;
    fn text(self) -> Option<&'a [u8]>;
    /// None also for what no amount can be.
    fn number(self) -> Option<Decimal>;
    fn flag(self) -> Option<bool>;
    /// The elements of an array, one by one.
    fn each(self, visit: &mut dyn FnMut(Self));
}
