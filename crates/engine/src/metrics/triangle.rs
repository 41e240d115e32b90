use allocator_api2::vec::Vec;

use crate::calendar::Periods;
use crate::collection::room::defaults;
use crate::{Error, Result};

/// Periods that a triangle may have.
pub const MAX_COHORTS: usize = 2_000;

/// A cell for each cohort and each period from that of the cohort on.
pub(crate) struct Triangle<T> {
    periods: usize,
    cells: Vec<T>,
}

impl<T: Clone + Default> Triangle<T> {
    pub fn new(periods: &Periods) -> Result<Self> {
        let periods = periods.len();
        if periods > MAX_COHORTS {
            return Err(Error::TooManyCohorts);
        }
        Ok(Triangle { periods, cells: defaults(periods * (periods + 1) / 2)? })
    }

    /// The cell of a cohort in a period that is not before it.
    #[inline]
    pub fn cell(&mut self, cohort: usize, period: usize) -> &mut T {
        let row = self.start_of(cohort);
        &mut self.cells[row + period - cohort]
    }

    /// The cells of a cohort, from age 0 on.
    pub fn row(&self, cohort: usize) -> &[T] {
        &self.cells[self.start_of(cohort)..self.start_of(cohort + 1)]
    }

    /// Earlier rows are longer: by one for each row between.
    fn start_of(&self, cohort: usize) -> usize {
        cohort * (2 * self.periods + 1 - cohort) / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Day, Grain, Horizon};

    fn periods(count: i32) -> Periods {
        let horizon = Horizon::until(Grain::Day, Day(count)).expect("a horizon");
        Periods::new(Day(0), horizon).expect("periods")
    }

    #[test]
    fn each_cell_is_another_and_rows_grow_shorter() {
        let mut triangle = Triangle::<usize>::new(&periods(7)).expect("a triangle");
        for cohort in 0..7 {
            for period in cohort..7 {
                *triangle.cell(cohort, period) += cohort * 10 + period;
            }
        }
        for cohort in 0..7 {
            let expected: std::vec::Vec<_> = (cohort..7).map(|it| cohort * 10 + it).collect();
            assert_eq!(triangle.row(cohort), expected);
        }
    }

    #[test]
    fn too_many_cohorts_are_refused() {
        assert!(Triangle::<u8>::new(&periods(MAX_COHORTS as i32)).is_ok());
        let more = Triangle::<u8>::new(&periods(MAX_COHORTS as i32 + 1));
        assert_eq!(more.err(), Some(Error::TooManyCohorts));
    }
}
