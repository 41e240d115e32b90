use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::room::push;
use crate::Result;

/// An amount in eight bytes: twice the mantissa or, when that does not fit, twice the place of the
/// wide one, plus one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(i64);

impl Amount {
    pub(crate) const ZERO: Amount = Amount(0);

    #[inline]
    pub(crate) fn get(self, wide: &[i128]) -> i128 {
        match self.narrow() {
            Some(mantissa) => mantissa.into(),
            None => wide[(self.0 >> 1) as usize],
        }
    }

    /// The mantissa, unless it is a wide one.
    #[inline]
    pub(crate) fn narrow(self) -> Option<i64> {
        (self.0 & 1 == 0).then_some(self.0 >> 1)
    }

    #[inline]
    pub(crate) fn put<A: Allocator>(mantissa: i128, wide: &mut Vec<i128, A>) -> Result<Amount> {
        match i64::try_from(mantissa).ok().and_then(|it| it.checked_mul(2)) {
            Some(twice) => Ok(Amount(twice)),
            None => {
                push(wide, mantissa)?;
                Ok(Amount((wide.len() as i64 - 1) * 2 + 1))
            }
        }
    }

    pub(crate) fn to_bytes(self) -> [u8; 8] {
        self.0.to_le_bytes()
    }

    pub(crate) fn from_bytes(bytes: [u8; 8]) -> Amount {
        Amount(i64::from_le_bytes(bytes))
    }
}
