/** The menu at a mark: only this, all except this, released. One is open at a time; Escape or a click elsewhere closes it. */

let close = () => {};

export const closeMenu = () => close();

/** What can be done with a mark: what each item says and the gesture it is. Marks of what has no name have no menu. */
export function itemsOf({ own, listed, framed, brushes, since, until }, data, { labels, words }) {
  const values = data.slice(0, own.length).map(String);
  const names = values.map((value, place) => labels[own[place]]?.[value]);
  const says = (way, value) => words[way].replace("{value}", () => value);
  const days = data.slice(-2);
  const isShown = days[0] === since && days[1] === until;
  const gesture = framed ? { mark: data.map(String) } : { days };
  const span = framed || brushes ? [{ text: isShown ? words.back : words.days, ...gesture }] : [];
  if (!own.length || names.includes(undefined)) return span;
  const item = (way, place) => ({ text: says(way, names[place]), mark: values, way, place });
  const only = { text: says("only", names.join(words.joined)), mark: values, way: "only", place: 0 };
  const released = values.flatMap((value, place) => (listed[place].includes(value) ? [item("release", place)] : []));
  return [only, ...values.map((_, place) => item("except", place)), ...released, ...span];
}

/** Opens at a place in the window; `choose` is told the item, and `focus` is where the keyboard returns to. */
export function openMenu(items, { x, y, name, choose, focus }) {
  close();
  const menu = document.createElement("div");
  menu.className = "board-menu";
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", name);
  menu.append(...items.map((item) => entry(item, () => (close(), choose(item)))));
  document.body.append(menu);
  menu.style.left = `${Math.max(4, Math.min(x, innerWidth - menu.offsetWidth - 4))}px`;
  menu.style.top = `${Math.max(4, Math.min(y, innerHeight - menu.offsetHeight - 4))}px`;
  const ends = new AbortController();
  close = () => {
    close = () => {};
    ends.abort();
    const hadFocus = menu.contains(document.activeElement);
    menu.remove();
    if (hadFocus) focus.focus({ preventScroll: true });
  };
  menu.addEventListener("keydown", (event) => press(event, menu));
  listen(menu, ends.signal);
  menu.firstChild.focus({ preventScroll: true });
}

function listen(menu, signal) {
  const outside = (event) => menu.contains(event.target) || close();
  for (const name of ["pointerdown", "wheel"]) addEventListener(name, outside, { capture: true, signal });
  addEventListener("resize", () => close(), { signal });
  addEventListener("popstate", () => close(), { signal });
}

function entry({ text }, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.tabIndex = -1;
  made.textContent = text;
  made.setAttribute("role", "menuitem");
  made.addEventListener("click", act);
  return made;
}

function press(event, menu) {
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") close();
  else if (to !== undefined) items[to % items.length].focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
