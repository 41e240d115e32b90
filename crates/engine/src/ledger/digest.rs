//! A digest of a customer's rows and of how they are read: while it stays, so do his lines.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;
use xxhash_rust::xxh3::xxh3_128;

use super::Moment;
use super::rows::{Given, Length};
use crate::Result;
use crate::collection::room::{append, reserve};
use crate::decimal::Decimal;

/// To be raised whenever the same rows come to other lines than before.
const REVISION: u32 = 1;

/// The sum of the digests of some parts, in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest(u128);

impl Digest {
    pub fn add(&mut self, part: &[u8]) {
        self.0 = self.0.wrapping_add(xxh3_128(part));
    }

    /// Adds a row; `room` is lent to write it down in.
    pub fn add_row<A: Allocator + Clone>(
        &mut self,
        row: &Given,
        room: &mut Vec<u8, A>,
    ) -> Result<()> {
        room.clear();
        let texts = [
            row.subscription_id,
            row.item_id,
            row.product,
            row.plan,
            row.kind,
            row.discount_kind,
            row.currency,
            row.status,
            row.churn_kind,
            row.churn_reason,
        ];
        // A NULL has another length than any text, and an error than any number.
        const FIXED: usize = 2 * 17 + 20 + 5 * 9;
        let bytes: usize = texts.iter().map(|it| 4 + it.map_or(0, <[u8]>::len)).sum();
        reserve(room, bytes + FIXED)?;
        for text in texts {
            let length = text.map_or(u32::MAX, |it| it.len() as u32);
            append(room, &length.to_le_bytes());
            append(room, text.unwrap_or_default());
        }
        append(room, &number(&row.amount));
        append(room, &number(&row.discount));
        append(room, &length(row.billing_period));
        let moments = [row.starts_at, row.ends_at, row.cancel_requested_at, row.access_ends_at];
        moments.iter().for_each(|it| append(room, &moment(*it)));
        self.add(room);
        Ok(())
    }

    /// The digest of all that the lines of a customer come from.
    pub fn of_all(parts: &[Digest]) -> u128 {
        let mut all = REVISION.to_le_bytes().to_vec();
        parts.iter().for_each(|it| all.extend_from_slice(&it.0.to_le_bytes()));
        xxh3_128(&all)
    }
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
            digest.add_row(row, &mut Vec::new_in(Global)).expect("room");
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
        let digests: std::collections::HashSet<u128> =
            rows.iter().map(|it| digest(std::slice::from_ref(it)).0).collect();
        assert_eq!(digests.len(), rows.len());
    }
}
