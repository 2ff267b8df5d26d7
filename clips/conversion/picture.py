"""The filters that turn any camera's picture into ours: upright, square pixels, 720 lines, BT.709, 30 a second.

They were found on 62 real films from phones, cameras and test suites, and about 80 made for the purpose; the reasons
stand beside them. Numbers of colour tags are those of ITU-T H.273.
"""

from clips.conversion.probe import Film

SHORT_SIDE = 720  # pixels
MOST_RATE = 30  # pictures a second
BT709 = 1
HD_LINES = 720  # untagged films with at least as many lines are BT.709, as browsers take them to be

# Pixels that are not square are made so, without ever throwing lines away; otherwise the person comes out
# squashed.
SQUARE = "scale=w='iw*max(sar,1)':h='ih/min(if(gt(sar,0),sar,1),1)',setsar=1"
FIT = (
    f"scale=w='if(gte(iw,ih),-2,min({SHORT_SIDE},trunc(iw/2)*2))'"
    f":h='if(gte(iw,ih),min({SHORT_SIDE},trunc(ih/2)*2),-2)':flags=bicubic"
)
FIT_SDR = f"{FIT}:out_color_matrix=bt709:out_range=tv,setsar=1"
FIT_HDR = f"{FIT},setsar=1"
# npl=100 with hable looked most natural; npl=1000, seen in many recipes, is far too dark.
TONE_MAP = (
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=709,tonemap=tonemap=hable:desat=0,zscale=t=709:m=709:r=limited"
)
# PQ films would leave their mastering data in a film that is no longer HDR.
NO_HDR_DATA = "sidedata=mode=delete:type=MASTERING_DISPLAY_METADATA,sidedata=mode=delete:type=CONTENT_LIGHT_LEVEL"
TAG = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
#: Leaves progressive pictures alone, whatever the rest of the film is.
DEINTERLACE = "bwdif=mode=send_frame:deint=interlaced"

#: Colour matrices that both of ffmpeg's scalers know, by number.
MATRICES = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc"}
#: Primaries far wider than BT.709, by number, under zscale's names.
WIDE_PRIMARIES = {9: "2020", 11: "smpte431", 12: "smpte432"}
#: Curves of ordinary films that differ enough from BT.709's to matter, under zscale's names.
CURVES = {4: "470m", 5: "470bg", 8: "linear", 13: "iec61966-2-1"}


def known(film: Film) -> str:
    """Return the filters that come before all others: times and colour tags that the others understand.

    A camera's tags may be unspecified, reserved, or name a matrix that no filter knows; then nothing else would run.
    """
    at_its_time = "" if film.has_times else "setpts=PTS-STARTPTS,"
    if film.rgb:
        return f"{at_its_time}null"
    if film.hdr:
        matrix = "bt709" if film.matrix == BT709 else "bt2020nc"
        primaries = {BT709: "bt709", 12: "smpte432"}.get(film.primaries, "bt2020")
        return f"{at_its_time}setparams=color_primaries={primaries}:colorspace={matrix}"
    return f"{at_its_time}setparams=colorspace={matrix_of(film)}"


def matrix_of(film: Film) -> str:
    """Return the colour matrix of an ordinary film; for one that does not say, what browsers assume."""
    if film.matrix == 10:  # BT.2020 with constant luminance, which no filter knows
        return MATRICES[9]
    return MATRICES.get(film.matrix) or MATRICES[BT709 if film.height >= HD_LINES else 6]


def picture(film: Film) -> str:
    """Return the filters for all pictures of `film`, in one chain, to follow `known`."""
    fit = f"{FIT_HDR},{TONE_MAP}" if film.hdr else FIT_SDR
    steps = [DEINTERLACE, narrower(film), SQUARE, fit, "format=yuv420p", NO_HDR_DATA, TAG, steady(film)]
    return ",".join(step for step in steps if step)


def steady(film: Film) -> str:
    """Return the filter for films that are faster than ours: every picture at its time, on a grid of 30 a second.

    As a filter, not by ffmpeg's option `-fpsmax`: that shows pictures 67 ms late, and after a pause drops them.
    Slower films keep their pictures and times as they are, also when these vary.
    """
    return f"fps={MOST_RATE}" if film.is_fast else ""


def narrower(film: Film) -> str:
    """Return the filter that brings an ordinary film with wide primaries (P3, BT.2020) into BT.709."""
    if film.hdr or film.rgb or film.primaries not in WIDE_PRIMARIES:
        return ""
    curve = CURVES.get(film.trc, "709")
    wide = f"pin={WIDE_PRIMARIES[film.primaries]}:tin={curve}"
    return f"zscale={wide}:p=709:t=709:m=709:r=limited,{TAG}"
