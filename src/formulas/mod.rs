//! Numbers in, a number out: a file for each family of formulas.
//!
//! Each function is what its COMMENT in `sql/formulas/` says; only the checks of its arguments and
//! the arithmetic are here.

/// Declares formulas that divide one number, not below 0, by another; `within` says of a part that
/// it is counted among the whole and must not exceed it.
macro_rules! ratios {
    ($($name:ident($part:ident $($within:ident)?, $whole:ident);)*) => {$(
        #[::pgrx::pg_extern(immutable, strict, parallel_safe)]
        fn $name<'a>(
            $part: $crate::pg::numeric::Numeric<'a>,
            $whole: $crate::pg::numeric::Numeric<'a>,
        ) -> Option<$crate::pg::numeric::Numeric<'a>> {
            use $crate::formulas::arguments;
            arguments::not_negative(stringify!($part), $part);
            arguments::not_negative(stringify!($whole), $whole);
            $(arguments::$within(stringify!($part), $part, stringify!($whole), $whole);)?
            $crate::formulas::ratio($part, $whole)
        }
    )*};
}

/// Checks of arguments.
pub(crate) mod arguments;
/// Customers who leave, and what of revenue they take along.
mod churn;
/// From lead to customer, from trial to payment.
mod conversion;
/// How fast a company grows, and where growth ends.
mod growth;
/// Recurring revenue and its averages.
mod revenue;
/// What a customer costs and brings.
mod unit_economics;

use crate::pg::numeric::Numeric;

/// Part ÷ whole; NULL where there is no whole.
pub(crate) fn ratio<'a>(part: Numeric<'a>, whole: Numeric<'a>) -> Option<Numeric<'a>> {
    (!whole.is_zero()).then(|| (part / whole).trim())
}

/// 1 − a rate.
fn remainder<'a>(rate: Numeric<'a>) -> Numeric<'a> {
    (one() - rate).trim()
}

pub(crate) fn one<'a>() -> Numeric<'a> {
    Numeric::from(1)
}

/// Decimals of results that can only be approximated.
const APPROXIMATE_DECIMALS: i32 = 20;

/// Decimals on the way there.
pub(crate) const GUARD_DECIMALS: i32 = 2 * APPROXIMATE_DECIMALS;

/// base ^ exponent to [`APPROXIMATE_DECIMALS`].
fn power<'a>(base: Numeric<'a>, exponent: Numeric<'a>) -> Numeric<'a> {
    // The server's result has at least as many decimals as its arguments.
    let (base, exponent) = (base.at_least(GUARD_DECIMALS), exponent.at_least(GUARD_DECIMALS));
    approximate(base.power(exponent))
}

/// A result that is no more exact than [`APPROXIMATE_DECIMALS`].
pub(crate) fn approximate<'a>(number: Numeric<'a>) -> Numeric<'a> {
    number.round(APPROXIMATE_DECIMALS).trim()
}
