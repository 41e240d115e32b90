use saas_metrics_engine::collection::Collection;
use saas_metrics_engine::collection::fact::Fact;
use saas_metrics_engine::collection::key::Customer;
use saas_metrics_engine::facts::activity::Activity;
use saas_metrics_engine::facts::event::Event;
use saas_metrics_engine::facts::payment::Payment;
use saas_metrics_engine::facts::span::Span;
use saas_metrics_engine::{Error, Result};

use super::question::Question;
use crate::pg::call::Call;
use crate::pg::customer::{CustomerDatum, CustomerType};
use crate::pg::error::{check_for_interrupts, or_raise, raise_engine, raise_null, required};
use crate::pg::memory::ServerMemory;
use crate::pg::state::State;
use crate::pg::varlena::ByteaBuilder;

/// The rows of one group, and what is asked of them.
///
/// Final functions sort the rows in place. To the server they read only: the order of rows is no part
/// of what a state says, and rows can be added after that.
pub struct Group<F, Q> {
    customer_type: CustomerType,
    pub question: Q,
    pub facts: Collection<F, ServerMemory>,
}

/// How SQL calls those whom facts are about.
pub trait About: Fact {
    const WHO: &'static str;
}

impl About for Span {
    const WHO: &'static str = "customer";
}

impl About for Payment {
    const WHO: &'static str = "customer";
}

impl About for Activity {
    const WHO: &'static str = "subject";
}

impl About for Event {
    const WHO: &'static str = "subject";
}

/// Where SQL has the customer among the arguments of a step.
const CUSTOMER: i32 = 1;

/// A row on its way into its group.
pub struct Row<'a, F, Q> {
    pub state: State<Group<F, Q>>,
    customer: CustomerDatum<'a>,
}

impl<'a, F: About, Q: Question> Row<'a, F, Q> {
    /// A row whose question has to be that of the group.
    pub fn new(
        call: Call,
        state: Option<State<Group<F, Q>>>,
        customer: Option<CustomerDatum<'a>>,
        ask: impl FnOnce(ServerMemory) -> Q,
        must_be: impl FnOnce(&Q),
    ) -> Self {
        let customer = required(customer, F::WHO);
        if let Some(state) = state {
            must_be(&state.question);
            return Row { state, customer };
        }
        let memory = call.aggregate_memory();
        let customer_type = CustomerType::of_argument(call, CUSTOMER, F::WHO);
        let question = ask(memory);
        let facts = Collection::new_in(customer_type.read(customer), memory);
        Row { state: State::new_in(Group { customer_type, question, facts }, memory), customer }
    }

    pub fn required<T>(&self, argument: Option<T>, name: &str) -> T {
        argument.unwrap_or_else(|| raise_null(name, &self.describe()))
    }

    /// The value of a result, or an error that says whose row it is.
    pub fn or_raise<T>(&self, result: Result<T>) -> T {
        result.unwrap_or_else(|error| raise_engine(&error, &self.describe()))
    }

    #[inline]
    pub fn add(
        mut self,
        add: impl FnOnce(&mut Collection<F, ServerMemory>, Customer) -> Result<()>,
    ) -> State<Group<F, Q>> {
        let customer = self.state.customer_type.read(self.customer);
        let added = add(&mut self.state.facts, customer);
        self.or_raise(added);
        self.state
    }

    pub fn describe(&self) -> String {
        format!("{} {}", F::WHO, self.state.customer_type.show(self.customer))
    }
}

impl<F: Fact, Q: Question> Group<F, Q> {
    /// The rows of a single customer that the aggregate is not told.
    pub fn of_one_customer(question: Q, memory: ServerMemory) -> State<Self> {
        let facts = Collection::new_in(Customer::Id(0), memory);
        State::new_in(Group { customer_type: CustomerType::Int8, question, facts }, memory)
    }

    /// Brings the rows of two states together, in the first.
    pub fn combine(state: Option<State<Self>>, other: Option<State<Self>>) -> Option<State<Self>> {
        match (state, other) {
            (Some(mut state), Some(mut other)) => {
                state.question.must_equal(&other.question);
                or_raise(state.facts.absorb(&mut other.facts, &check_for_interrupts));
                Some(state)
            }
            (state, other) => state.or(other),
        }
    }

    /// Writes a state for another process.
    pub fn serialize(mut state: State<Self>) -> ByteaBuilder {
        let mut bytes = ByteaBuilder::new();
        bytes.buffer().push(state.customer_type as u8);
        state.question.write(bytes.buffer());
        or_raise(state.facts.write_run(bytes.buffer(), &check_for_interrupts));
        bytes
    }

    /// Reads what another process wrote, to where all states of the group are.
    pub fn deserialize(call: Call, bytes: &[u8]) -> State<Self> {
        let memory = call.aggregate_memory();
        State::new_in(or_raise(Self::from_bytes(bytes, memory)), memory)
    }

    fn from_bytes(bytes: &[u8], memory: ServerMemory) -> Result<Self> {
        let (&customer_type, bytes) = bytes.split_first().ok_or(Error::CorruptRun)?;
        let (question, run) = Q::read(bytes, memory).ok_or(Error::CorruptRun)?;
        Ok(Group {
            customer_type: CustomerType::from_byte(customer_type).ok_or(Error::CorruptRun)?,
            question,
            facts: Collection::of_run(memory.copy(run))?,
        })
    }
}

/// Declares how the states of a kind of group go from process to process.
macro_rules! exchange {
    ($group:ty: $combine:ident, $serialize:ident, $deserialize:ident) => {
        #[::pgrx::pg_extern(immutable, parallel_safe)]
        fn $combine(
            state: Option<$crate::pg::state::State<$group>>,
            other: Option<$crate::pg::state::State<$group>>,
        ) -> Option<$crate::pg::state::State<$group>> {
            <$group>::combine(state, other)
        }

        #[::pgrx::pg_extern(immutable, strict, parallel_safe)]
        fn $serialize(
            state: $crate::pg::state::State<$group>,
        ) -> $crate::pg::varlena::ByteaBuilder {
            <$group>::serialize(state)
        }

        #[::pgrx::pg_extern(immutable, strict, parallel_safe)]
        fn $deserialize(
            call: $crate::pg::call::Call,
            bytes: $crate::pg::varlena::Bytea<'_>,
            _unused: $crate::pg::state::Unused<'_>,
        ) -> $crate::pg::state::State<$group> {
            <$group>::deserialize(call, bytes.bytes())
        }
    };
}
pub(super) use exchange;
