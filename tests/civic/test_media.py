"""Photos that people send."""

import io
from collections.abc import Awaitable, Callable

import pytest
from PIL import Image

from civic.initiatives.models import Initiative
from civic.media.models import Picture
from civic.media.service import folder
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person, an_initiative

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.one_engine


def _photo(width: int = 1200, height: int = 800, kind: str = "JPEG") -> bytes:
    """A photo that says where it was taken."""
    picture, buffer = Image.new("RGB", (width, height), "#1d5c48"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "chez moi, 12 rue des Fleurs"
    exif[0x0112] = 6
    picture.save(buffer, kind, exif=exif)
    return buffer.getvalue()


async def test_a_photo_is_kept_small_upright_and_without_where_it_was_taken(sign_in: SignIn) -> None:
    lead = await a_person("Jeanne Perrin")
    initiative = await an_initiative(lead=lead)
    mine = await sign_in(lead)
    files = {"picture": ("photo.jpg", _photo(), "image/jpeg")}
    answer = await mine.submit(f"/initiatives/{initiative.slug}/photo", {"alt": "Un four"}, files=files)
    assert answer.status_code == 303
    picture = await Picture.get()
    assert (picture.width, picture.height) == (800, 1200)
    kept = sorted(path.name.split("-")[1] for path in folder().iterdir())
    assert kept == ["480.avif", "480.jpg", "480.webp", "960.avif", "960.jpg", "960.webp"]
    assert not any(b"rue des Fleurs" in path.read_bytes() for path in folder().iterdir())
    page = (await mine.get(f"/initiatives/{initiative.slug}")).text
    assert f"/media/{picture.name}-960.avif" in page
    served = await mine.get(f"/media/{picture.name}-480.webp")
    assert served.status_code == 200
    assert (await mine.get("/media/..%2Fsecret")).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), ("x.jpg", b"GIF89a not a photo"), ("x.png", _photo()[:300])],
)
async def test_what_is_not_a_photo_is_refused_beside_its_field(sign_in: SignIn, name: str, content: bytes) -> None:
    lead = await a_person("Jeanne Perrin")
    initiative = await an_initiative(lead=lead)
    mine = await sign_in(lead)
    answer = await mine.submit(f"/initiatives/{initiative.slug}/photo", files={"picture": (name, content, "image/png")})
    assert answer.status_code == 422
    assert "n’est pas une photo" in answer.text
    assert (await Initiative.get(id=initiative.id)).picture_id is None  # type: ignore[attr-defined]


async def test_a_picture_of_too_many_pixels_is_refused_before_it_is_opened(sign_in: SignIn) -> None:
    lead = await a_person("Jeanne Perrin")
    initiative = await an_initiative(lead=lead)
    mine = await sign_in(lead)
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    files = {"picture": ("bombe.png", bomb.getvalue(), "image/png")}
    answer = await mine.submit(f"/initiatives/{initiative.slug}/photo", files=files)
    assert answer.status_code == 422
    assert not any(folder().iterdir())
