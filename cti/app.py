"""The bridge: puts every part together and runs until it is told to stop. `python -m cti.app --data DIR`."""

import argparse
import asyncio
import contextlib
import gc
import logging
import signal
import sys
from pathlib import Path

import uvloop

from cti.agi.server import AgiServer
from cti.agi.session import Sessions
from cti.ami import cel
from cti.ami.actions import AmiActions
from cti.ami.link import Address, AmiLink
from cti.core.commands import Command, DirectPhone, Steer
from cti.core.ids import Ms
from cti.core.incidents import recorded
from cti.core.inputs import AsteriskUp, SiteLoaded, Started
from cti.dictation import Dictations
from cti.knowledge import Knowledge
from cti.loop import Loop
from cti.outside import Outside
from cti.reception import Reception
from cti.recorder import Recorder
from cti.sealing import Sealing
from cti.setup import fit, resources, site
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.sorting import Sorting, read_again
from cti.store import due
from cti.store.accounts import Accounts
from cti.store.database import Store, StoreError
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.journal import Journal, JournalError
from cti.store.projector import Projector
from cti.store.sentences import Sentences
from cti.store.vault import Vault
from cti.sweeping import Sweeping
from cti.web.app import Web, WebConfig
from ivr import load as flows

log = logging.getLogger(__name__)


class Bridge:
    """Everything, on one event loop. `start`, wait, `stop`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._trouble: str | None = None
        self._in_force = site.load(settings.site_file)
        self._store = Store.open(settings.database_url)
        self._journal = Journal.open(settings.journal)
        self.loop = Loop(self._journal, self._carry_out)
        self._journal.start(self.loop.committed, self._journal_trouble)
        self._projector = Projector(self._store, self._journal, self._due)
        self._knowledge = Knowledge(settings.articles)
        vault = Vault(settings.data)
        identities = Identities(bytes.fromhex(settings.secrets.site_key), self._in_force.region)
        self._history = History(
            self._store,
            identities,
            zone=self._zone,
            journal=self._journal,
            recordings=settings.recordings,
            vault=vault,
            answers=self._knowledge.answers,
            now=self.loop.now,
        )
        sentences = Sentences(settings.data / "sentences")
        self._reception = Reception(
            self.loop,
            self._history,
            flows.load(resources.flows(settings.data)),
            settings.data,
            settings.sounds,
            sentences,
            self._knowledge.spoken,
        )
        self._agi = AgiServer(Sessions(self._reception))
        secrets = settings.secrets
        address = Address("127.0.0.1", settings.ami_port, secrets.ami_user, secrets.ami_secret)
        self._outside = Outside(self.loop, self._history)
        self._link = AmiLink(address, self.loop.submit, identify=self._history.remember, welcome=self._asterisk_there)
        self._actions = AmiActions(
            self._link,
            self.loop.submit,
            self._reception.caller_id,
            self._outside.number,
            self._reception.talk_file,
        )
        self._accounts = Accounts(self._store, now=self.loop.now)
        self._dictations = Dictations(
            settings.data / "dictated",
            sentences,
            self._accounts,
            lambda: recorded(self.loop.world),
            self.loop.now,
            self._actions.dictate,
        )
        self._reception.dictation = self._dictations.expected
        self._sorting = Sorting(
            self._store,
            self._history,
            identities,
            vault,
            lambda: self.loop.world.site,
            lambda progress: read_again(settings.data, progress),
            self.loop.now,
        )
        self._web = Web(
            self._web_config(),
            self.loop,
            self._history,
            self._accounts,
            self._knowledge,
            self._knowledge.hot,
            self._reception.pops,
            lambda: self._trouble is None,
            self._outside,
            sentences,
            self._dictations,
            self._sorting,
        )
        self._reception.pop_changed = self._web.pop_changed
        self._reception.name_outside = self._outside.name
        self._reception.visitor_of = self._web.visitor_of
        self._recorder = Recorder(lambda: self.loop.world, self.loop.submit, self._reception.talk_file)
        self._sweeping = Sweeping(self.loop, self._store, settings.recordings)
        self._sealing = Sealing(self.loop, self._store, vault, settings.recordings)
        self._linking: asyncio.Task[None] | None = None

    def _web_config(self) -> WebConfig:
        settings = self.settings
        return WebConfig(
            bind=settings.bind,
            port=settings.http_port,
            host=settings.host,
            ws_port=settings.ws_port,
            session_key=bytes.fromhex(settings.secrets.session_key),
            phone_secrets=settings.secrets.phone_secrets,
            guests=settings.guests,
            web_keys=settings.secrets.web_keys,
            version=resources.version(),
            certificate=settings.certificate if settings.tls else None,
            private_key=settings.private_key if settings.tls else None,
        )

    async def start(self) -> None:
        """Begin. Raises OSError naming the port that is taken."""
        self.loop.subscribe(self._web.on_records)
        self.loop.subscribe(self._reception.on_records)
        self.loop.subscribe(self._recorder.on_records)
        self.loop.subscribe(lambda records: self._projector.wake())
        self._projector.start()
        self.loop.submit(SiteLoaded(site=self._in_force))
        self.loop.submit(Started())
        # Before any caller asks what now: one who was served without us must not be put back in line.
        self._tell_served(cel.read(self.settings.cel_file))
        self._reception.recover()
        await self._agi.start("127.0.0.1", self.settings.agi_port)
        await self._web.start()
        self._sweeping.start()
        self._sealing.start()
        self._recorder.start()
        self._linking = asyncio.create_task(self._link.run(), name="ami")

    async def stop(self) -> None:
        """End in order: nothing new, then what is under way, then what is kept."""
        if self._linking is not None:
            self._linking.cancel()
            await asyncio.gather(self._linking, return_exceptions=True)
        await self._sweeping.close()
        await self._sealing.close()
        await self._agi.close()
        await self._actions.close()
        await self._dictations.close()
        await self._recorder.close()
        await self._web.stop()
        await self._sorting.close()
        await self._reception.close()
        self.loop.close()
        # What closing has caused is still to be written.
        await asyncio.get_running_loop().run_in_executor(None, self._journal.close)
        await asyncio.get_running_loop().run_in_executor(None, self._projector.close)
        self._history.close()
        self._accounts.close()
        self._store.close()

    def reload(self) -> None:
        """Read site, flows and articles anew; what can't be read stays as it was."""
        try:
            in_force, ways = fit.read(self.settings.site_file, self.settings.data)
            self.loop.submit(SiteLoaded(site=in_force))
            self._reception.reload(ways)
            self._knowledge.reload()
            self._web.reload(Settings.load(self.settings.data).secrets.web_keys)
        except SetupProblem as error:
            log.error("not reloaded: %s", error)

    def _zone(self) -> str:
        in_force = self.loop.world.site
        return in_force.zone if in_force is not None else "UTC"

    def _due(self, at: Ms, priority: int) -> Ms | None:
        in_force = self.loop.world.site
        return None if in_force is None else due.after(in_force, at, in_force.cases.hours(priority))

    async def _asterisk_there(self, up: AsteriskUp) -> None:
        """What ended while we were away is told before what is there now, so that its time is right."""
        rows = await asyncio.to_thread(cel.read, self.settings.cel_file)
        self._tell_served(rows)
        ended = list(cel.ended(rows, self.loop.world.legs))
        for each in ended:
            self.loop.submit(each)
        up = cel.still_there(up, ended)
        for channel in up.channels:
            if channel.number and channel.interaction and channel.interaction not in self.loop.world.interactions:
                # Came while we were away, so no session has asked who it is.
                self._reception.look_up(channel.interaction, channel.caller)
        self.loop.submit(up)

    def _tell_served(self, rows: cel.Rows) -> None:
        for served in cel.served(rows, self.loop.world):
            self.loop.submit(served)

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, Steer):
            self._reception.steered(command)
        elif isinstance(command, DirectPhone):
            self._reception.directed(command)
        else:
            self._actions.carry_out(command)

    def _journal_trouble(self, trouble: str | None) -> None:
        if trouble is not None:
            log.error("%s", trouble)
        elif self._trouble is not None:
            log.warning("the journal can be written again")
        self._trouble = trouble


async def run(settings: Settings) -> None:
    """Run a bridge until SIGTERM or SIGINT; SIGHUP reloads site, flows and articles."""
    bridge = Bridge(settings)
    done = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, done.set)
    running.add_signal_handler(signal.SIGHUP, bridge.reload)
    # Modules, site and the world as it was stay for good: no later collection is to hold calls up by looking at them.
    gc.collect()
    gc.freeze()
    await bridge.start()
    log.info("the bridge runs on %s", settings.url)
    await done.wait()
    await bridge.stop()


def main(arguments: list[str] | None = None) -> int:
    """The command line of the process that `hotline up` supervises."""
    parser = argparse.ArgumentParser(prog="python -m cti.app", description="The bridge of one data folder.")
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = Settings.load(given.data)
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(run(settings))
    except (SetupProblem, StoreError, JournalError, flows.FlowError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"a port can't be used: {error}. Choose another, or end what holds it.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
