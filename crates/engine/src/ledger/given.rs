use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::Moment;
use super::digest::{Digest, hash};
use super::limits::LONGEST_TEXT;
use crate::Result;
use crate::collection::room::reserve;
use crate::decimal::Decimal;

/// A row of the input `subscription_periods` as it is given.
#[derive(Clone, Default)]
pub struct Given<'a> {
    pub subscription_id: Option<&'a [u8]>,
    pub item_id: Option<&'a [u8]>,
    pub product: Option<&'a [u8]>,
    pub plan: Option<&'a [u8]>,
    pub kind: Option<&'a [u8]>,
    pub amount: Option<Result<Decimal>>,
    pub discount: Option<Result<Decimal>>,
    pub discount_kind: Option<&'a [u8]>,
    pub currency: Option<&'a [u8]>,
    pub billing_period: Option<Length>,
    pub starts_at: Option<Moment>,
    pub ends_at: Option<Moment>,
    pub status: Option<&'a [u8]>,
    pub cancel_requested_at: Option<Moment>,
    pub access_ends_at: Option<Moment>,
    pub churn_kind: Option<&'a [u8]>,
    pub churn_reason: Option<&'a [u8]>,
    /// Whether the end is only that of what is invoiced.
    pub renews: Option<bool>,
    /// Why the row cannot be read, as far as its query knows.
    pub problem: Option<&'a [u8]>,
}

/// The fields of an interval.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Length {
    pub months: i32,
    pub days: i32,
    pub micros: i64,
}

impl Length {
    /// As ISO 8601 writes it.
    pub fn iso(self) -> String {
        match self {
            Length { months, days: 0, .. } if months % 12 == 0 => format!("P{}Y", months / 12),
            Length { months, days: 0, .. } => format!("P{months}M"),
            Length { days, .. } => format!("P{days}D"),
        }
    }
}

impl Given<'_> {
    /// Adds the row to a digest; `room` is lent to write it down in.
    pub fn digest<A: Allocator + Clone>(
        &self,
        digest: &mut Digest,
        room: &mut Vec<u8, A>,
    ) -> Result<()> {
        let texts = [
            self.subscription_id,
            self.item_id,
            self.product,
            self.plan,
            self.kind,
            self.discount_kind,
            self.currency,
            self.status,
            self.churn_kind,
            self.churn_reason,
            self.problem,
        ];
        // A NULL has another length than any text, and an error than any number.
        const FIXED: usize = 2 * 17 + 20 + 5 * 9 + 1;
        let bytes: usize = texts.iter().map(|it| 4 + it.map_or(0, room_of)).sum();
        room.clear();
        reserve(room, bytes + FIXED)?;
        room.resize(bytes + FIXED, 0);
        let mut rest = room.as_mut_slice();
        for text in texts {
            let length = text.map_or(u32::MAX, |it| it.len() as u32);
            put(&mut rest, &length.to_le_bytes());
            match text {
                Some(long) if long.len() > LONGEST_TEXT => put(&mut rest, &hash(long)),
                text => put(&mut rest, text.unwrap_or_default()),
            }
        }
        put(&mut rest, &number(&self.amount));
        put(&mut rest, &number(&self.discount));
        put(&mut rest, &length(self.billing_period));
        let moments = [self.starts_at, self.ends_at, self.cancel_requested_at, self.access_ends_at];
        moments.iter().for_each(|it| put(&mut rest, &moment(*it)));
        put(&mut rest, &[self.renews.map_or(2, u8::from)]);
        let unused = rest.len();
        digest.add(&room[..bytes + FIXED - unused]);
        Ok(())
    }
}

/// The bytes that stand for a text: itself or, if it is long, a hash.
fn room_of(text: &[u8]) -> usize {
    if text.len() > LONGEST_TEXT { size_of::<u128>() } else { text.len() }
}

/// Writes bytes at the start of the room that is left.
fn put(rest: &mut &mut [u8], bytes: &[u8]) {
    let (place, after) = std::mem::take(rest).split_at_mut(bytes.len());
    place.copy_from_slice(bytes);
    *rest = after;
}

fn number(number: &Option<Result<Decimal>>) -> [u8; 17] {
    let mut bytes = [0; 17];
    let (mantissa, scale) = match number {
        None => (0, u8::MAX),
        Some(Err(_)) => (0, u8::MAX - 1),
        Some(Ok(it)) => (it.mantissa, it.scale),
    };
    bytes[..16].copy_from_slice(&mantissa.to_le_bytes());
    bytes[16] = scale;
    bytes
}

fn length(length: Option<Length>) -> [u8; 17] {
    let mut bytes = [0; 17];
    if let Some(Length { months, days, micros }) = length {
        bytes[..4].copy_from_slice(&months.to_le_bytes());
        bytes[4..8].copy_from_slice(&days.to_le_bytes());
        bytes[8..16].copy_from_slice(&micros.to_le_bytes());
        bytes[16] = 1;
    }
    bytes
}

fn moment(moment: Option<Moment>) -> [u8; 9] {
    let mut bytes = [0; 9];
    if let Some(it) = moment {
        bytes[..8].copy_from_slice(&it.instant.to_le_bytes());
        bytes[8] = 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use allocator_api2::alloc::Global;

    fn digest(rows: &[Given]) -> Digest {
        let mut digest = Digest::default();
        for row in rows {
            row.digest(&mut digest, &mut Vec::new_in(Global)).expect("room");
        }
        digest
    }

    #[test]
    fn rows_count_in_any_order_and_each_by_itself() {
        let row = |plan: &'static str| Given { plan: Some(plan.as_bytes()), ..Given::default() };
        assert_eq!(digest(&[row("a"), row("b")]), digest(&[row("b"), row("a")]));
        assert_ne!(digest(&[row("a"), row("a")]), digest(&[row("a")]));
    }

    #[test]
    fn long_texts_count_to_their_end() {
        let text = |last: u8| [vec![b'x'; 2 * LONGEST_TEXT], vec![last]].concat();
        let of = |text: &[u8]| digest(&[Given { plan: Some(text), ..Given::default() }]);
        assert_eq!(of(&text(b'a')), of(&text(b'a')));
        assert_ne!(of(&text(b'a')), of(&text(b'b')));
    }

    #[test]
    fn every_column_counts() {
        let text = Some(b"text".as_slice());
        let moment = Some(Moment { day: crate::calendar::Day(1), instant: 0 });
        let amount = Some(Ok(Decimal::new(0, 0)));
        let length = Some(Length::default());
        let plain = Given::default;
        let rows = [
            plain(),
            Given { subscription_id: text, ..plain() },
            Given { item_id: text, ..plain() },
            Given { product: text, ..plain() },
            Given { plan: text, ..plain() },
            Given { plan: Some(b""), ..plain() },
            Given { kind: text, ..plain() },
            Given { amount: amount.clone(), ..plain() },
            Given { amount: Some(Err(crate::Error::OutOfMemory)), ..plain() },
            Given { discount: amount, ..plain() },
            Given { discount_kind: text, ..plain() },
            Given { currency: text, ..plain() },
            Given { billing_period: length, ..plain() },
            Given { starts_at: moment, ..plain() },
            Given { ends_at: moment, ..plain() },
            Given { status: text, ..plain() },
            Given { cancel_requested_at: moment, ..plain() },
            Given { access_ends_at: moment, ..plain() },
            Given { churn_kind: text, ..plain() },
            Given { churn_reason: text, ..plain() },
        ];
        let digests: std::collections::HashSet<Digest> =
            rows.iter().map(|it| digest(std::slice::from_ref(it))).collect();
        assert_eq!(digests.len(), rows.len());
    }
}
