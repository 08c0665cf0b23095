"""Bars of names and bytes, with a sentence for screen readers."""

from __future__ import annotations

from PySide6 import QtCharts
from PySide6.QtCore import QEvent, QMargins, Qt
from PySide6.QtGui import QColor, QPainter

from sanchay_desktop import words
from sanchay_desktop.words import tr

#: How many bars there are at most.
_BARS = 10


class Chart(QtCharts.QChartView):
    """A chart whose first bar is at the top."""

    def __init__(self) -> None:
        super().__init__()
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFrameShape(self.Shape.NoFrame)
        self.chart().legend().hide()
        self.chart().setMargins(QMargins(4, 4, 4, 4))
        self._set_colours()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._set_colours()

    def _set_colours(self) -> None:
        dark = self.palette().window().color().lightnessF() < 0.5
        themes = QtCharts.QChart.ChartTheme
        chart = self.chart()
        chart.setTheme(themes.ChartThemeDark if dark else themes.ChartThemeLight)
        chart.setBackgroundBrush(self.palette().base())
        for series in chart.series():
            if isinstance(series, QtCharts.QHorizontalBarSeries):
                series.barSets()[0].setColor(QColor("#3c8fa6"))

    def show_bars(self, title: str, bars: list[tuple[str, int]]) -> None:
        bars = bars[:_BARS]
        chart = self.chart()
        chart.removeAllSeries()
        for axis in chart.axes():
            chart.removeAxis(axis)
        chart.setTitle(title)
        scale, unit = _unit(max((it for _, it in bars), default=0))
        values = QtCharts.QBarSet(title)
        names = QtCharts.QBarCategoryAxis()
        values.append([amount / scale for _, amount in reversed(bars)])
        # Two bars of one name would be one.
        backwards = [name for name, _ in reversed(bars)]
        names.append([name + "\u200b" * at for at, name in enumerate(backwards)])
        series = QtCharts.QHorizontalBarSeries()
        series.append(values)
        chart.addSeries(series)
        numbers = QtCharts.QValueAxis()
        numbers.setTitleText(unit)
        numbers.setLabelFormat("%.4g")
        for its, side in (
            (names, Qt.AlignmentFlag.AlignLeft),
            (numbers, Qt.AlignmentFlag.AlignBottom),
        ):
            chart.addAxis(its, side)
            series.attachAxis(its)
        numbers.setMin(0)
        self._set_colours()
        told = ", ".join(f"{name} {words.size(amount)}" for name, amount in bars)
        self.setAccessibleName(f"{title}: {told}")


def _unit(most: int) -> tuple[float, str]:
    for power, unit in ((4, "TiB"), (3, "GiB"), (2, "MiB"), (1, "KiB")):
        if most >= 1 << 10 * power:
            return float(1 << 10 * power), unit
    return 1.0, tr("bytes")
