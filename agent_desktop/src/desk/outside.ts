import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Calls `leave` on a press outside of `box` (the button that opens it aside). Esc is one of the desk's keys (keys.ts). */
export function useOutside(box: RefObject<HTMLElement>, leave: () => void, opener = ""): void {
  useEffect(() => {
    const pressed = (event: PointerEvent): void => {
      const target = event.target as Element;
      if (box.current && !box.current.contains(target) && !(opener && target.closest(opener))) leave();
    };
    addEventListener("pointerdown", pressed);
    return () => removeEventListener("pointerdown", pressed);
  });
}
