"""Processes that a command starts: in a clean environment, and ended with it."""

from ._cost import peak_memory as peak_memory
from ._cost import record_cost as record_cost
from ._environment import ROOM as ROOM
from ._environment import clean_environment as clean_environment
from ._environment import forget_foreign_modules as forget_foreign_modules
from ._environment import home_if_usable as home_if_usable
from ._environment import python_command as python_command
from ._environment import restart_with_docstrings as restart_with_docstrings
from ._environment import socket_folder as socket_folder
from ._lifeline import Ended as Ended
from ._lifeline import end_process as end_process
from ._lifeline import end_with_parent as end_with_parent
from ._lifeline import signals_raise as signals_raise
from ._lifeline import start_process as start_process
from ._temporary import temporary_folder as temporary_folder
