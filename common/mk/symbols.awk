# From `nm -n` of an image to the table of its functions that kernel/symbols.c searches.
#
# Offsets are from 0xffffffff80000000 (image_start); NASM does the arithmetic, since awk's numbers
# have too few bits. Labels inside of assembly routines have a dot in their names, and so have some
# functions of gcc's making: only those stay.

BEGIN {
    count = 0
    print "        global symbol_table, symbol_count, symbol_names"
    print "        section .symbols progbits alloc noexec nowrite align=4"
    print "symbol_table:"
}

$2 ~ /^[tTwW]$/ && ($3 !~ /\./ || $3 ~ /\.(part|isra|constprop|cold)/) && $1 != last {
    last = $1
    print "        dd 0x" substr($1, 9) " - 0x80000000, name" count " - symbol_names"
    names[count++] = $3
}

END {
    print "symbol_count:"
    print "        dd " count + 0
    print "symbol_names:"
    for (i = 0; i < count; i++)
        print "name" i ": db \"" names[i] "\", 0"
}
