    bool below = address < stack->limit, above = address >= stack->top;

    if (below || above)
        kprintf("the guard page %s %s", below ? "below" : "above", stack->name);
    else
        kprintf("%s", stack->name);
    if (below || above)
        return below ? "stack overflow" : "stack underflow";
    return (code & PF_FETCH) == 0 ? "missing page" : "forbidden execution";
