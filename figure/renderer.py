"""Draws a posed figure with OpenGL, without a screen: Mesa's llvmpipe through EGL needs no graphics card."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("LP_NUM_THREADS", "1")  # one process per core beats many threads (docs/figure.md)

import moderngl
import numpy as np
import numpy.typing as npt
from PIL import Image

from figure.geometry import Floats, unit
from figure.model import Drawn
from figure.people import PEOPLE, current
from figure.views import Camera, look
from figure.wardrobe import CUFF, HEM, Material

WIDTH, HEIGHT = 1280, 960
FLOOR = -8.27
SAMPLES = 4  # a pixel's edge samples: about as smooth as twice the size in each direction, at half the time
LIGHT = unit((-0.45, 0.75, 0.85))
LIGHT_OVER_BED = unit((0.75, 0.2, 1.0))  # from the side on which the camera stands
SHADOW_SIZE = 1024
_SEEN_THROUGH = (Material.GLASS, Material.WATER)
_NO_SHADOW = (*_SEEN_THROUGH, Material.LASH, Material.MAT)
_CLOSED = (Material.SKIN, Material.EYE, Material.MAT)
_HERE = Path(__file__).parent

_VERTEX = """#version 400
in vec3 p; in vec3 n; in vec3 r; uniform mat4 view; uniform mat4 from_light;
out vec3 N; out vec3 R; out vec3 P; out vec4 L;
void main() { gl_Position = view * vec4(p, 1.); N = n; R = r; P = p; L = from_light * vec4(p, 1.); }"""

_SHADOW = """
in vec3 R; out vec4 o;
void main() { if (outside(material, R) > 0.) discard; o = vec4(1.); }"""

_FLOOR_VERTEX = """#version 330
in vec3 p; in vec2 t; uniform mat4 view; out vec2 q; void main() { q = t; gl_Position = view * vec4(p, 1.); }"""

_FLOOR_FRAGMENT = """#version 330
in vec2 q; out vec4 o; void main() { float d = length(q); o = vec4(.20, .33, .37, .26 * smoothstep(1., .15, d)); }"""


class Renderer:
    """Draws figures into pictures of one size, on no ground. Holds an OpenGL context; make one per process."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT) -> None:
        """Open a context for pictures of `width` by `height` pixels.

        Raises an exception when there is no EGL or no OpenGL 4.0.
        """
        self.width, self.height = width, height
        settings: Any = {"standalone": True, "backend": "egl"}  # moderngl passes these on untyped
        self.gl = moderngl.create_context(**settings)
        self._programs: dict[tuple[str, Material], tuple[moderngl.Program, moderngl.Program]] = {}
        self.ground = self.gl.program(_FLOOR_VERTEX, _FLOOR_FRAGMENT)
        size: tuple[int, int] = (width, height)
        self.target = self.gl.framebuffer(
            [self.gl.renderbuffer(size, 4, samples=SAMPLES)], self.gl.depth_renderbuffer(size, samples=SAMPLES)
        )
        self.smooth = self.gl.framebuffer([self.gl.renderbuffer(size, 4)])
        self.shadow_map = self.gl.depth_texture((SHADOW_SIZE, SHADOW_SIZE))
        self.shadow_map.compare_func = "<="
        self.shadow_map.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self.shadow_map.repeat_x = self.shadow_map.repeat_y = False
        self.shadow = self.gl.framebuffer([], self.shadow_map)

    def draw(
        self,
        drawn: Sequence[Drawn],
        camera: Camera,
        irises: Sequence[tuple[float, float, float]],
        spots: Sequence[tuple[float, float, float]] = (),
    ) -> Image.Image:
        """Return the picture of `drawn` pieces as `camera` sees them: RGBA, its colours multiplied by their opacity.

        `irises` are the canonical middles of both irises; `spots` (x, z, radius) are soft shadows on the floor.
        """
        view = camera.matrix(self.width / self.height)
        arrays = [(piece, *self._upload(piece)) for piece in drawn]
        self._set_scene(drawn, camera, view, irises)
        self.gl.enable(moderngl.DEPTH_TEST)
        self.gl.disable(moderngl.CULL_FACE)
        self.gl.disable(moderngl.BLEND)
        self._cast_shadows([(piece, caster) for piece, _, caster in arrays])
        self.target.use()
        self.target.clear(depth=1.0)
        self.gl.enable(moderngl.BLEND)
        over = moderngl.ONE_MINUS_SRC_ALPHA
        separate: Any = (moderngl.SRC_ALPHA, over, moderngl.ONE, over)  # moderngl's types know only the pair
        self.gl.blend_func = separate
        self._spots(view, spots)
        self._paint([(piece, array) for piece, array, _ in arrays])
        for _, array, caster in arrays:
            array.release()
            caster.release()
        return self._picture()

    def _set_scene(
        self, drawn: Sequence[Drawn], camera: Camera, view: Floats, irises: Sequence[tuple[float, float, float]]
    ) -> None:
        """Set the uniforms that all pieces of a material share: cameras, light, irises."""
        light = LIGHT_OVER_BED * [np.sign(camera.azimuth), 1, 1] if camera.up[2] else LIGHT
        from_light = self._light(camera, light)
        for material in {piece.material for piece in drawn}:
            paint, cast = self._program(material)
            _write(paint, "view", view)
            _write(paint, "from_light", from_light)
            _write(cast, "view", from_light)
            for name, value in (("shadow", 0), ("eye", camera.eye), ("light", light)):
                _put(paint, name, value)
            _put(paint, "iris_left", irises[0])
            _put(paint, "iris_right", irises[1])

    def _cast_shadows(self, casters: Sequence[tuple[Drawn, moderngl.VertexArray]]) -> None:
        """Draw the shadow map."""
        self.shadow.use()
        self.shadow.clear()
        for piece, caster in casters:
            if piece.casts and piece.material not in _NO_SHADOW:
                caster.render()

    def _paint(self, arrays: Sequence[tuple[Drawn, moderngl.VertexArray]]) -> None:
        """Draw the pieces, those that can be seen through after all others."""
        self.shadow_map.use(0)
        for piece, array in sorted(arrays, key=lambda each: each[0].material in _SEEN_THROUGH):
            paint, _ = self._program(piece.material)
            _put(paint, "tint", piece.tint)
            _put(paint, "level", piece.level)
            if piece.material in _CLOSED:  # their insides are never seen: half the work
                self.gl.enable(moderngl.CULL_FACE)
            array.render()
            self.gl.disable(moderngl.CULL_FACE)

    def _picture(self) -> Image.Image:
        """Return what has been drawn, at the renderer's size."""
        self.gl.copy_framebuffer(self.smooth, self.target)
        image = Image.frombytes("RGBA", (self.width, self.height), self.smooth.read(components=4))
        return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)

    def _program(self, material: Material) -> tuple[moderngl.Program, moderngl.Program]:
        """Return the programs that paint a material and cast its shadow, compiled once."""
        key = (current(), material)
        if key not in self._programs:
            defined = {"MATERIAL": int(material), "HEM": HEM, "CUFF": CUFF, "FLOOR": f"({FLOOR})"} | colours()
            head = "#version 400\n" + "".join(f"#define {name} {value}\n" for name, value in defined.items())
            head += (_HERE / "paint.glsl").read_text()
            shade = (_HERE / "shade.glsl").read_text()
            self._programs[key] = (
                self.gl.program(_VERTEX, head + shade),
                self.gl.program(_VERTEX, head + _SHADOW),
            )
        return self._programs[key]

    def _light(self, camera: Camera, light: Floats) -> Floats:
        """Return the matrix from the room to the light's view, which covers what the camera sees."""
        target = np.asarray(camera.target)
        reach = max(4.5, 0.68 * camera.distance * np.tan(np.radians(camera.fov)))
        scale = np.diag([1 / reach, 1 / reach, -1 / 20, 1.0])
        scale[2, 3] = -1.0
        return scale @ look(target + light * 20, target)

    def _spots(self, view: Floats, spots: Sequence[tuple[float, float, float]]) -> None:
        for x, z, radius in spots:
            corners = [(x + a * radius, FLOOR, z + b * radius, a, b) for a, b in ((-1, -1), (1, -1), (-1, 1), (1, 1))]
            buffer = self.gl.buffer(np.array(corners, "f4").tobytes())
            array = self.gl.vertex_array(self.ground, [(buffer, "3f 2f", "p", "t")])
            _write(self.ground, "view", view)
            self.target.depth_mask = False
            array.render(moderngl.TRIANGLE_STRIP)
            self.target.depth_mask = True
            array.release()
            buffer.release()

    def _upload(self, piece: Drawn) -> tuple[moderngl.VertexArray, moderngl.VertexArray]:
        """Return the arrays of a piece for the picture and for the shadow."""
        paint, cast = self._program(piece.material)
        data = np.concatenate([piece.points, piece.normals, piece.paint], axis=1).astype("f4")
        vertices = self.gl.buffer(data.tobytes())
        index = self.gl.buffer(piece.faces.astype("i4").tobytes())
        fewer = index if piece.shadow is None else self.gl.buffer(piece.shadow.astype("i4").tobytes())
        content = [(vertices, "3f 3f 3f", "p", "n", "r")]
        return (
            self.gl.vertex_array(paint, content, index, skip_errors=True),
            self.gl.vertex_array(cast, content, fewer, skip_errors=True),
        )


def colours() -> dict[str, object]:
    """Return the colours of the current person, by their names in the shader; a pair is lit and in shade."""
    look = PEOPLE[current()]

    def darker(colour: int) -> int:
        return sum(int((colour >> shift & 255) * 0.88) << shift for shift in (16, 8, 0))

    def hem(pair: tuple[int, int]) -> tuple[int, int]:
        return darker(pair[0]), darker(pair[1])

    pairs = {
        "LIPS": look.lips,
        "MOUTH": look.mouth,
        "BROWS": look.brows,
        "SCALP": look.scalp,
        "IRIS": look.iris,
        "SKIN_TONE": look.skin,
        "SHIRT_TONE": look.shirt,
        "STITCH": hem(look.shirt),
        "TROUSERS_TONE": look.trousers,
        "SEAM": hem(look.trousers),
        "HAIR_TONE": look.hair,
    }
    return {name: f"{lit}, {dark}" for name, (lit, dark) in pairs.items()} | {"CHEEK": look.cheek, "EDGE": look.edge}


def _put(program: moderngl.Program, name: str, value: object) -> None:
    """Set a uniform; the compiler drops those a program does not use."""
    member = program.get(name, None)
    if isinstance(member, moderngl.Uniform):
        member.value = tuple(float(v) for v in value) if isinstance(value, np.ndarray) else value


def _write(program: moderngl.Program, name: str, matrix: npt.NDArray[np.float64]) -> None:
    """Set a 4 by 4 matrix; OpenGL wants columns first."""
    member = program.get(name, None)
    if isinstance(member, moderngl.Uniform):
        member.write(np.ascontiguousarray(matrix.T, "f4").tobytes())
