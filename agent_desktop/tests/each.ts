/** Before each file of tests: files share a process, for starting one takes longer than most of them, but no module's state. */
import { vi } from "vitest";

vi.resetModules();
vi.unstubAllGlobals();
