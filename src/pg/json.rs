use std::mem::MaybeUninit;

use pgrx::callconv::{Arg, ArgAbi};
use pgrx::pg_sys;
use saas_metrics_engine::decimal::Decimal;
use saas_metrics_engine::stripe::json::Json as Document;

use super::argument::raw;
use super::numeric::Numeric;
use super::sql_type::sql_type_named;

/// A value within a jsonb, other than null.
#[derive(Clone, Copy)]
pub struct Json<'a>(Value<'a>);

#[derive(Clone, Copy)]
enum Value<'a> {
    Flag(bool),
    Number(Numeric<'a>),
    /// An object or an array.
    Container(*mut pg_sys::JsonbContainer),
    Text(&'a [u8]),
}

sql_type_named!(Json<'_>, Json, "jsonb");

// SAFETY: the SQL type is jsonb, which lives as long as the call.
unsafe impl<'fcx> ArgAbi<'fcx> for Json<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread, and this one is a jsonb; the server gives it as a
        // whole and aligned, its container after its header. One that is a single value is in an
        // array of it.
        unsafe {
            let whole = pg_sys::pg_detoast_datum(raw(arg).cast_mut_ptr());
            let root = &raw mut (*whole.cast::<pg_sys::Jsonb>()).root;
            let json = Json(Value::Container(root));
            if json.container(pg_sys::JB_FSCALAR).is_none() {
                return json;
            }
            let only = pg_sys::getIthJsonbValueFromContainer(root, 0);
            only.as_ref().and_then(|it| Json::of(it)).unwrap_or(json)
        }
    }
}

impl<'a> Json<'a> {
    /// A value as the server gives it.
    ///
    /// # Safety
    /// It is within a jsonb that outlives `'a`.
    unsafe fn of(value: &pg_sys::JsonbValue) -> Option<Self> {
        use pg_sys::jbvType as kind;
        // SAFETY: the type tells which of the union is there; each points into the jsonb.
        let value = unsafe {
            match value.type_ {
                kind::jbvBool => Value::Flag(value.val.boolean),
                kind::jbvNumeric => Value::Number(Numeric::of_datum(value.val.numeric.into())),
                kind::jbvString => {
                    let text = value.val.string;
                    let length = usize::try_from(text.len).unwrap_or(0);
                    Value::Text(std::slice::from_raw_parts(text.val.cast(), length))
                }
                kind::jbvBinary => Value::Container(value.val.binary.data),
                _ => return None,
            }
        };
        Some(Json(value))
    }

    /// The container, if it has this flag.
    fn container(self, flag: u32) -> Option<*mut pg_sys::JsonbContainer> {
        let Value::Container(container) = self.0 else { return None };
        // SAFETY: it is within a jsonb that is alive.
        let is = unsafe { (*container).header } & flag != 0;
        is.then_some(container)
    }
}

impl<'a> Document<'a> for Json<'a> {
    fn get(self, key: &str) -> Option<Self> {
        let object = self.container(pg_sys::JB_FOBJECT)?;
        let mut value = MaybeUninit::uninit();
        // SAFETY: the container is an object; the server fills the value if the key is there.
        unsafe {
            let found = pg_sys::getKeyJsonValueFromContainer(
                object,
                key.as_ptr().cast(),
                key.len() as i32,
                value.as_mut_ptr(),
            );
            found.as_ref().and_then(|it| Json::of(it))
        }
    }

    fn text(self) -> Option<&'a [u8]> {
        let Value::Text(text) = self.0 else { return None };
        Some(text)
    }

    fn number(self) -> Option<Decimal> {
        let Value::Number(number) = self.0 else { return None };
        number.to_decimal("number").ok()
    }

    fn flag(self) -> Option<bool> {
        let Value::Flag(flag) = self.0 else { return None };
        Some(flag)
    }

    fn each(self, visit: &mut dyn FnMut(Self)) {
        let Some(array) = self.container(pg_sys::JB_FARRAY) else { return };
        // SAFETY: the container is an array, whose header counts its elements; each that the server
        // gives is a copy in the memory of the call.
        unsafe {
            for place in 0..(*array).header & pg_sys::JB_CMASK {
                let element = pg_sys::getIthJsonbValueFromContainer(array, place);
                if let Some(element) = element.as_ref().and_then(|it| Json::of(it)) {
                    visit(element);
                }
            }
        }
    }
}
