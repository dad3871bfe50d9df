// What of React's hooks the component uses, for one component that stands or goes: what is set by a function is what it gives.
let cells, at, redraw;

const changed = (before, now) => !before || now.some((one, number) => !Object.is(one, before[number]));

export function useRef(value) {
  return (cells[at++] ??= { current: value });
}

export function useState(value) {
  const cell = (cells[at++] ??= { value });
  const set = (next) => { cell.value = typeof next === "function" ? next(cell.value) : next; redraw(); };
  return [cell.value, set];
}

export function useEffect(work, on) {
  const cell = (cells[at++] ??= { effect: true });
  cell.next = changed(cell.on, on) && (() => { cell.undo?.(); cell.undo = work(); cell.on = on; });
}

/** Draws it with these props, again with others, and with none takes it away. */
export function stage(component) {
  const own = [];
  let last;
  const draw = () => {
    [cells, at, redraw] = [own, 0, draw];
    component(last);
    for (const cell of own) if (cell.next) cell.next();
  };
  return (props) => {
    last = props;
    if (props) draw();
    else for (const cell of own) cell.undo?.();
  };
}
