"""What people do on Discord, what the real library gets of it, and what of its answers they see."""

import asyncio
from collections.abc import AsyncIterator

import discord
import pytest
import pytest_asyncio
from discord import app_commands

from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_asking import SmallBot, newsroom, running

pytestmark = pytest.mark.asyncio


class Paged(discord.ui.View):
    """Two buttons, one of them out of order, that outlive a restart."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="More", custom_id="page:2")
    async def more(self, interaction: discord.Interaction, _button: discord.ui.Button) -> None:
        await interaction.response.edit_message(content="page 2", view=None)

    @discord.ui.button(label="Back", custom_id="page:0", disabled=True)
    async def back(self, interaction: discord.Interaction, _button: discord.ui.Button) -> None:
        raise AssertionError

    @discord.ui.button(label="Slowly", custom_id="slow")
    async def slowly(self, interaction: discord.Interaction, _button: discord.ui.Button) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="at last")

    @discord.ui.button(label="Correct", custom_id="correct")
    async def correct(self, interaction: discord.Interaction, _button: discord.ui.Button) -> None:
        await interaction.response.send_modal(Correction())


class Correction(discord.ui.Modal, title="Correct"):
    """A dialogue with a required input and one that is filled in."""

    claim: discord.ui.TextInput = discord.ui.TextInput(label="Claim", max_length=20)
    reason: discord.ui.TextInput = discord.ui.TextInput(label="Reason", default="none", required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"{self.claim} / {self.reason}", ephemeral=True)


def commands(bot: SmallBot) -> None:
    """Define the commands of the small bot."""

    async def names(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}{n}", value=f"={n}") for n in range(2)]

    @bot.tree.command(description="Say who it is")
    @app_commands.autocomplete(name=names)
    async def who(
        interaction: discord.Interaction, name: app_commands.Range[str, 1, 30], page: int = 1
    ) -> None:
        embed = discord.Embed(title=name, description="Ombudsman").add_field(name="F1", value="said so")
        await interaction.response.send_message(f"page {page}", embed=embed, view=Paged())

    @bot.tree.command(description="Say it later")
    async def later(interaction: discord.Interaction, secret: bool) -> None:
        await interaction.response.defer(ephemeral=secret, thinking=True)
        await interaction.edit_original_response(content="the answer")
        await interaction.followup.send("and more", ephemeral=secret)

    @bot.tree.command(description="Not for everybody")
    @app_commands.default_permissions(manage_channels=True)
    @app_commands.guild_only()
    async def subscribe(interaction: discord.Interaction, where: discord.TextChannel) -> None:
        await interaction.response.send_message(where.name, ephemeral=True)

    @bot.tree.context_menu(name="On the record?")
    async def on_record(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(message.content.upper(), ephemeral=True)

    bot.add_view(Paged())


@pytest_asyncio.fixture
async def bot(discord_api: DiscordEmulator) -> AsyncIterator[SmallBot]:
    async with running(discord_api) as small:
        commands(small)
        await small.tree.sync()
        yield small


class TestCommands:
    """Slash commands, completion and menus."""

    async def test_sync_and_answer(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice, channel = newsroom(discord_api)
        assert await bot.tree.fetch_commands()
        asked = await discord_api.slash(alice, channel, "who", name="Lubinets", page=2)
        answer = await asked.answer()
        assert (answer.kind, answer.ephemeral, asked.ephemeral) == ("message", False, False)
        reply = await asked.message()
        assert reply.text == "page 2\nLubinets\nOmbudsman\nF1\nsaid so"
        assert [b.label for b in reply.buttons] == ["More", "Back", "Slowly", "Correct"]
        assert asked.answered_after is not None and 0 <= asked.answered_after < 3
        assert [m.id for m in channel.messages] == [reply.id] and channel.sent.unread == []
        call = await discord_api.next_call("POST", "/interactions/*/callback")
        assert call.ok and call.body["type"] == 4

    async def test_deferred(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice, channel = newsroom(discord_api)
        for secret in (True, False):
            asked = await discord_api.slash(alice, channel, "later", secret=secret)
            assert (await asked.answer()).kind == "deferred" and asked.ephemeral is secret
            assert (await asked.message()).text == "the answer"
            assert (await asked.next_followup()).text == "and more"
            assert [message.ephemeral for message in asked.followups] == [secret]
        assert [message.text for message in channel.messages] == ["the answer", "and more"]

    async def test_autocompletion(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice, channel = newsroom(discord_api)
        typed = await discord_api.autocomplete(alice, channel, "who", "name", "Lu", page=3)
        answer = await typed.answer()
        assert [(c.name, c.value) for c in answer.choices] == [("Lu0", "=0"), ("Lu1", "=1")]
        with pytest.raises(AssertionError, match="does not complete"):
            await discord_api.autocomplete(alice, channel, "who", "page", "1")

    async def test_only_what_a_client_would_send(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice, channel = newsroom(discord_api)
        for name, options, reason in (
            ("what", {}, "no command 'what'"),
            ("who", {}, "requires"),
            ("who", {"name": "x" * 31}, "at most 30"),
            ("who", {"name": "x", "page": "1"}, "expects int"),
            ("who", {"name": "x", "pages": 1}, "no options"),
            ("subscribe", {"where": channel}, "default-member-permissions"),
        ):
            with pytest.raises(AssertionError, match=reason):
                await discord_api.slash(alice, channel, name, **options)
        with pytest.raises(AssertionError, match="context"):
            await discord_api.slash(alice, discord_api.dm(alice), "subscribe", where=channel)
        assert discord_api.commands(alice, channel) == ["later", "who"]

    async def test_roles_and_channels(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice = discord_api.user("Alice")
        guild = discord_api.guild("Newsroom", members=[alice])
        channel = guild.channel("general")
        guild.grant(alice, "manage_channels")
        asked = await discord_api.slash(alice, channel, "subscribe", where=channel)
        assert (await asked.message()).text == "general"
        guild.revoke(alice, "manage_channels")
        channel.allow(alice, "manage_channels")
        await discord_api.slash(alice, channel, "subscribe", where=channel)
        channel.deny(alice, "manage_channels")
        with pytest.raises(AssertionError, match="not offered"):
            await discord_api.slash(alice, channel, "subscribe", where=channel)

    async def test_menu_gets_the_text(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice, channel = newsroom(discord_api)
        said = await discord_api.say(alice, channel, "he said so")
        asked = await discord_api.context_menu(alice, said, "On the record?")
        assert (await asked.message()).text == "HE SAID SO"


class TestButtons:
    """Buttons and modals."""

    async def test_press_updates(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice, channel = newsroom(discord_api)
        reply = await (await discord_api.slash(alice, channel, "who", name="Lubinets")).message()
        with pytest.raises(AssertionError, match="cannot be pressed"):
            await discord_api.press(alice, reply, "Back")
        slow = await discord_api.press(alice, reply, "Slowly")
        assert (await slow.answer()).kind == "deferred_update"
        assert (await slow.message()).content == "at last"
        pressed = await discord_api.press(alice, reply, "More")
        assert (await pressed.answer()).kind == "update"
        shown = await pressed.message()
        assert (shown.id, shown.content, shown.buttons, shown.edited) == (reply.id, "page 2", [], True)
        with pytest.raises(AssertionError, match="no button 'More'"):
            await discord_api.press(alice, reply, "More")

    async def test_stale_and_forged(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice, channel = newsroom(discord_api)
        reply = await (await discord_api.slash(alice, channel, "who", name="Lubinets")).message()
        channel.erase(reply)
        forged = await discord_api.press_raw(alice, "no such", reply)
        with pytest.raises(AssertionError, match="no answer within"):
            await forged.answer(timeout=0.05)
        with pytest.raises(AssertionError, match="is deleted"):
            await discord_api.press(alice, reply, "More")

    async def test_modal(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice, channel = newsroom(discord_api)
        reply = await (await discord_api.slash(alice, channel, "who", name="Lubinets")).message()
        pressed = await discord_api.press(alice, reply, "Correct")
        modal = await pressed.modal()
        assert modal.title == "Correct"
        assert [(i.label, i.value) for i in modal.inputs] == [("Claim", ""), ("Reason", "none")]
        for values, reason in (
            ({"What": "x"}, "no input"),
            ({}, "must be filled in"),
            ({"Claim": "x" * 21}, "takes 0 to 20"),
        ):
            with pytest.raises(AssertionError, match=reason):
                await discord_api.submit(alice, pressed, values)
        sent = await discord_api.submit(alice, pressed, {"Claim": "He did not"})
        assert (await sent.message()).text == "He did not / none" and sent.ephemeral


class TestMessages:
    """Messages in channels, threads, forums and DMs."""

    async def test_content_is_kept_back(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice, channel = newsroom(discord_api)
        for text, place, seen in (
            ("hello all", channel, ""),
            (f"{discord_api.bot.mention} hello", channel, f"{discord_api.bot.mention} hello"),
            ("hello you", discord_api.dm(alice), "hello you"),
        ):
            await discord_api.say(alice, place, text)
            heard = await asyncio.wait_for(bot.heard.get(), 5)
            assert (heard.content, heard.author.id) == (seen, alice.id)

    async def test_send_edit_delete(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice, channel = newsroom(discord_api)
        places = (channel, channel.thread("aside"), discord_api.dm(alice))
        for place in places:
            found = await bot.fetch_channel(place.id)
            assert isinstance(found, discord.abc.Messageable)
            message = await found.send("news", view=Paged())
            shown = await place.next_message()
            assert (shown.text, shown.author_id, shown.edited) == ("news", discord_api.bot.id, False)
            await message.edit(content="corrected")
            edit = await place.next_edit()
            assert (edit.id, edit.text, edit.edited) == (message.id, "corrected", True)
            await message.reply("see above", mention_author=False)
            assert (await place.next_message()).reply_to == message.id
            await message.delete()
            assert await place.next_deletion() == message.id

    async def test_files(self, discord_api: DiscordEmulator, bot: SmallBot, tmp_path) -> None:
        _, channel = newsroom(discord_api)
        sheet = tmp_path / "facts.toml"
        sheet.write_text("x = 1")
        await bot.get_partial_messageable(channel.id).send("here", file=discord.File(sheet))
        shown = await channel.next_message()
        assert [a["filename"] for a in shown.raw["attachments"]] == ["facts.toml"]

    async def test_forum(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice = discord_api.user("Alice")
        forum = discord_api.guild("Newsroom", members=[alice]).forum("stories")
        theirs = forum.post("Lubinets", alice, "Is it true?")
        await bot.get_partial_messageable(theirs.id).send("It is")
        assert (await theirs.next_message()).text == "It is"
        assert [message.text for message in theirs.messages] == ["Is it true?", "It is"]
        found = await bot.fetch_channel(forum.id)
        assert isinstance(found, discord.ForumChannel)
        own = await found.create_thread(name="Corrections", content="none yet")
        shown = await discord_api.channels[own.thread.id].next_message()
        assert (shown.text, shown.channel.name) == ("none yet", "Corrections")

    async def test_what_is_forbidden(self, discord_api: DiscordEmulator, bot: SmallBot) -> None:
        alice = discord_api.user("Alice")
        guild = discord_api.guild("Newsroom", members=[alice], bot_permissions=0)
        channel, gone, thread = (
            guild.channel("general"),
            guild.channel("gone"),
            guild.channel("x").thread("t"),
        )
        me = discord_api.bot
        gone.delete()
        thread.delete()

        async def code(place, **what) -> int:
            with pytest.raises(discord.HTTPException) as caught:
                await bot.get_partial_messageable(place.id).send(**(what or {"content": "news"}))
            return caught.value.code

        assert await code(gone) == await code(thread) == 10003
        channel.deny(me, "embed_links")
        assert await code(channel, embed=discord.Embed(title="x")) == 50013
        channel.deny(me, "send_messages")
        assert await code(channel) == 50013
        channel.deny(None, "view_channel")
        assert await code(channel) == 50001
        channel.allow(me, "view_channel", "send_messages")
        await bot.get_partial_messageable(channel.id).send("news")
        guild.kick_bot()
        assert await code(channel) == 50001
        guild.invite_bot()
        await bot.get_partial_messageable(channel.id).send("news")
        discord_api.close_dms(alice)
        assert await code(discord_api.dm(alice)) == 50007
        discord_api.open_dms(alice)
        await bot.get_partial_messageable(discord_api.dm(alice).id).send("news")
        assert discord_api.invalid_requests == 5
