"""The book of a run: its pages, cleaned and rendered."""

from ._pdf import print_book as print_book
from ._render import render_book as render_book
from ._render import setup as setup
from ._render import stage_book as stage_book
