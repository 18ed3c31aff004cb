# Of a recording that `make rewind` replays: what leads on from its end says so. QEMU 7.2 itself
# ends there, and GDB says only that the connection is closed.
#
# $replay_end is the number of the last instruction that was recorded, or 0 if that is not known;
# then the machine has ended through isa-debug-exit, in the function debug_exit.

python
import re

class AtTheEnd(gdb.Command):
    """Internal: an error at the end of the recording, unless GDB is on its way back."""

    def __init__(self):
        super().__init__("pagurus-at-the-end", gdb.COMMAND_OBSCURE)

    def invoke(self, argument, from_tty):
        try:
            back = "everse" in gdb.execute("show exec-direction", to_string=True)
            said = gdb.execute("monitor info replay", to_string=True)
            frame = gdb.selected_frame().name()
        except gdb.error:
            return
        count = re.search(r"instruction count = (\d+)", said)
        end = int(gdb.parse_and_eval("$replay_end"))
        at_end = count and int(count[1]) >= end if end else frame == "debug_exit"
        if end and not at_end and not back:  # QEMU forgets it when it goes back
            gdb.execute(f"monitor replay_break {end}", to_string=True)
        if at_end and not back:
            raise gdb.GdbError("This is the recording's end: from here there are only ways back, "
                               "reverse-stepi, reverse-continue.")

AtTheEnd()
end

define hook-continue
    pagurus-at-the-end
end
define hook-stepi
    pagurus-at-the-end
end
define hook-nexti
    pagurus-at-the-end
end
define hook-step
    pagurus-at-the-end
end
define hook-next
    pagurus-at-the-end
end
define hook-finish
    pagurus-at-the-end
end
