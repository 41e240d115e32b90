use pgrx::pg_sys;

/// A function of the server as SQL calls it.
pub type ServerFunction = unsafe fn(pg_sys::FunctionCallInfo) -> pg_sys::Datum;

/// Calls one of the server's strict functions on values of the types that it takes, as the server's
/// own code does: without looking it up.
///
/// # Safety
/// The function must read no more of its call than the arguments, which must be of its types.
pub unsafe fn direct_call<const N: usize>(
    function: ServerFunction,
    arguments: [pg_sys::Datum; N],
) -> pg_sys::Datum {
    #[repr(C)]
    struct Frame<const N: usize> {
        call: pg_sys::FunctionCallInfoBaseData,
        arguments: [pg_sys::NullableDatum; N],
    }
    const {
        assert!(
            std::mem::offset_of!(Frame<N>, arguments)
                == std::mem::offset_of!(pg_sys::FunctionCallInfoBaseData, args)
        );
    }
    // SAFETY: all zeros is a frame without context; the arguments follow it where the server looks
    // for them.
    unsafe {
        let mut frame: Frame<N> = std::mem::zeroed();
        frame.call.nargs = N as i16;
        frame.arguments = arguments.map(|value| pg_sys::NullableDatum { value, isnull: false });
        function((&raw mut frame).cast())
    }
}
